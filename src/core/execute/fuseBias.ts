import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from '../ops/operator'
import { fixedFakeQuant } from './fakeQuantStep'
import { runNative, runNativeSingle } from '../kernels/native'
import type { Plan, Step } from './plan'

/** x [.., c], bias [c], scale [1], zeroPoint [1] → x + bias on its grid; runs on backends that have the kernel alone. */
const biasFakeQuant = defineOperator({
  id: 'BiasFakeQuant',
  needs: 4,
  attributes: z.object({ qmin: z.number().int(), qmax: z.number().int() }),
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes }) => {
    const [x, bias, scale, zeroPoint] = inputs
    return [runNativeSingle('biasFakeQuant', { x, bias, scale, zeroPoint }, attributes) as Tensor]
  },
  gradientReads: { inputs: [0, 1, 2, 3] },
  gradient: ({ inputs, dOutputs, attributes }) => {
    const [x, bias, scale, zeroPoint] = inputs
    return runNative('biasFakeQuantGradient', { dy: dOutputs[0], x, bias, scale, zeroPoint }, attributes) ?? []
  },
})

/** Moves the bias of a convolution into the fakeQuant that reads it: one pass over memory instead of two, forward and backward. */
export function fuseBias(plan: Plan): Plan {
  return {
    ...plan,
    steps: plan.steps.flatMap(
      (step, index) => fused(step, plan.steps[index + 1]) ?? (isFused(plan.steps[index - 1], step) ? [] : [step]),
    ),
  }
}

function isFused(step: Step | undefined, next: Step | undefined): boolean {
  return (
    step?.operator.channels === 'convolution' &&
    step.inputs[2] !== undefined &&
    next?.operator === fixedFakeQuant &&
    next.inputs[0] === step.outputs[0]
  )
}

function fused(step: Step, next: Step | undefined): readonly Step[] | undefined {
  if (!next || !isFused(step, next)) return undefined
  const [x, weight, bias] = step.inputs
  const inputs = [step.outputs[0], bias, ...next.inputs.slice(1)]
  const [quantized, ...grid] = next.node.inputs
  const node = {
    ...next.node,
    name: step.node.name,
    op: biasFakeQuant.id,
    inputs: [quantized!, step.node.inputs[2]!, ...grid],
  }
  return [
    { ...step, inputs: [x, weight] },
    { ...next, operator: biasFakeQuant, node, context: { ...next.context, node }, inputs },
  ]
}
