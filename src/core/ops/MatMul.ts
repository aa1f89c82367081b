import type { Tensor } from '@tensorflow/tfjs-core'
import { broadcastTo, reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import { sizeOf } from '../graph/tensorData'
import { matMul } from '../kernels/matMul'
import { broadcastShape, sumToShape } from './broadcast'
import type { ConstantContext, QuantizationRule, StaysFloat } from './facts'
import { defineOperator } from './operator'
import type { Shape } from './operator'

/** Matrix product [..., n, k] · [..., k, m], leading axes broadcast (ONNX MatMul-13). With a constant matrix: a linear layer without a bias. */
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
  shape: ({ node, shapes: [a, b] }) => [productShape(node, a, b)],
  macs: ({ node, shapes: [a, b] }) => sizeOf(productShape(node, a, b)) * (a.at(-1) ?? 0),
  forward: ({ inputs, outputShapes }) => {
    const [a, b] = inputs
    return [reshape(product(a, b), [...outputShapes[0]])]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: ({ inputs, dOutputs, wants }) => {
    const [a, b] = inputs
    const lead = broadcastLead(a.shape, b.shape)
    const dy = reshape(dOutputs[0], [...lead, a.shape[a.rank - 2] ?? 1, b.shape[b.rank - 1] ?? 1])
    return [
      wants(0) ? sumToShape(product(dy, b, false, true), a.shape) : undefined,
      wants(1) ? rightGradient(a, b, dy) : undefined,
    ]
  },
})

const broadcastLead = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length) - 2
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(a[axis - rank + a.length - 2] ?? 1, b[axis - rank + b.length - 2] ?? 1),
  )
}

function productShape(node: Node, a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2))
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (MatMul): expected [..., n, k] · [..., k, m], got [${a.join(', ')}] · [${b.join(', ')}]`,
      { node: node.name },
    )
  return [...broadcastShape(node, a.slice(0, -2), b.slice(0, -2)), ...a.slice(-2, -1), ...b.slice(-1)]
}

/** Many rows by one matrix are one product of two matrices, which every backend computes fastest. */
function product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const [rows = 1, inner = 1] = a.shape.slice(-2)
  if (b.rank === 2 && !transposeA) {
    const columns = b.shape[transposeB ? 0 : 1] ?? 1
    return reshape(matMul(reshape(a, [-1, inner]), b, false, transposeB), [...a.shape.slice(0, -2), rows, columns])
  }
  const lead = broadcastLead(a.shape, b.shape)
  const [left, right] = [a, b].map((x) => broadcastTo(x, [...lead, ...x.shape.slice(-2)]))
  return matMul(left!, right!, transposeA, transposeB)
}

function rightGradient(a: Tensor, b: Tensor, dy: Tensor): Tensor {
  if (b.rank > 2) return sumToShape(product(a, dy, true), b.shape)
  const [inner = 1, columns = 1] = b.shape
  return matMul(reshape(a, [-1, inner]), reshape(dy, [-1, columns]), true)
}

/** A product of two computed matrices has no weight: both are data. */
function int8Form({ constant }: ConstantContext<unknown>): QuantizationRule | StaysFloat {
  const weight = constant(1)
  if (!weight) return 'arithmetic'
  return weight.shape.length === 2 ? 'weighted' : { reason: `its weight has ${weight.shape.length} axes` }
}
