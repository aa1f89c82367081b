import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import type { Node } from '../graph/graph'
import { defineOperator } from '../ops/operator'
import type { HalfType } from '../kernels/precision'
import { halfTypes } from '../kernels/precision'
import { toFloat, toHalf } from '../kernels/half'
import type { Plan, Step } from './plan'

const attributes = z.object({ type: z.enum([...halfTypes, 'float32']), from: z.enum([...halfTypes, 'float32']) })

type NumberType = z.output<typeof attributes>['type']

const convert = (x: Tensor, type: NumberType): Tensor => (type === 'float32' ? toFloat(x) : toHalf(x, type))

/** A change of number format; its gradient comes back in the format that the value had. */
const convertType = defineOperator({
  id: 'ConvertType',
  attributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]!],
  forward: ({ inputs, attributes: { type } }) => [convert(inputs[0] as Tensor, type)],
  gradientReads: {},
  gradient: ({ dOutputs, attributes: { from } }) => [convert(dOutputs[0] as Tensor, from)],
})

/**
 * The plan in mixed precision (Micikevicius et al. 2018, "Mixed Precision Training"): operators whose rule says `half` compute in 16 bits on operands that are
 * converted once, those that `follow` go on in the format that their operands have, and all others, and the output, are fp32. Gradients run through the same
 * conversions, so that those of parameters arrive in fp32.
 */
export function mixPrecision(plan: Plan, type: HalfType): Plan {
  const steps: Step[] = []
  const [half, computed, made] = [new Set<string>(), new Set([plan.input]), new Set<string>()]
  const bring = (slot: string, inHalf: boolean): string => {
    if (half.has(slot) === inHalf) return slot
    const [from, to]: [NumberType, NumberType] = inHalf ? ['float32', type] : [type, 'float32']
    const converted = `${slot}@${to}`
    if (!made.has(converted)) steps.push(conversion(slot, converted, from, to))
    made.add(converted)
    if (inHalf) half.add(converted)
    return converted
  }
  for (const step of plan.steps) {
    const rule = step.operator.precision ?? 'float'
    const inHalf =
      rule === 'half' || (rule === 'follow' && step.inputs.some((slot) => slot !== undefined && half.has(slot)))
    // Parameters of operators that follow, such as a batch normalization's scale, stay fp32.
    const inputs = step.inputs.map((slot) =>
      slot !== undefined && (rule === 'half' || computed.has(slot)) ? bring(slot, inHalf) : slot,
    )
    steps.push({ ...step, inputs })
    for (const slot of step.outputs) {
      computed.add(slot)
      if (inHalf) half.add(slot)
    }
  }
  const output = bring(plan.output, false)
  return { ...plan, steps, output }
}

function conversion(slot: string, converted: string, from: NumberType, type: NumberType): Step {
  const node: Node = {
    name: converted,
    op: convertType.id,
    inputs: [slot],
    outputs: [converted],
    attributes: { type, from },
  }
  const context = {
    node,
    attributes: {},
    shapes: [],
    outputShapes: [],
    physicalShapes: [],
    channelsLast: false,
    constant: () => undefined,
    axisOf: (axis: number) => axis,
  }
  return { node, operator: convertType, context, inputs: [slot], outputs: [converted] }
}
