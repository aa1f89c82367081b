import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { matMul } from '../kernels/matMul'
import type { ConstantContext, QuantizationRule, StaysFloat } from './facts'
import { defineOperator } from './operator'

/** Matrix product of [n, k] and [k, m]: a linear layer without a bias. */
export const matMulOperator = defineOperator({
  id: 'MatMul',
  needs: 2,
  attributes: z.object({}),
  layout: 'plain',
  quantization: int8Form,
  channels: 'linear',
  precision: 'half',
  parameters: { 1: 'weight' },
  outputAxis: () => 1,
  manyOperands: true,
  floatOutput: true,
  shape: ({ node, shapes: [a, b] }) => {
    if (a.length === 2 && b.length === 2 && a[1] === b[0]) return [[a[0]!, b[1]!]]
    throw new NNOptError(
      'unsupported',
      `node '${node.name}' (MatMul): expected [n, k] · [k, m], got [${a.join(', ')}] · [${b.join(', ')}]`,
      { node: node.name },
    )
  },
  macs: ({ shapes: [a, b] }) => a[0]! * a[1]! * b[1]!,
  forward: ({ inputs }) => [matMul(inputs[0], inputs[1])],
  gradientReads: { inputs: [0, 1] },
  gradient: ({ inputs, dOutputs, wants }) => {
    const [[a, b], dy] = [inputs, dOutputs[0]]
    return [wants(0) ? matMul(dy, b, false, true) : undefined, wants(1) ? matMul(a, dy, true, false) : undefined]
  },
})

/** A product of two computed matrices has no weight: both are data. */
function int8Form({ constant }: ConstantContext<unknown>): QuantizationRule | StaysFloat {
  const weight = constant(1)
  if (!weight) return 'arithmetic'
  return weight.shape.length === 2 ? 'weighted' : { reason: `its weight has ${weight.shape.length} axes` }
}
