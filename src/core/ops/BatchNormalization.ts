import type { Tensor } from '@tensorflow/tfjs-core'
import { add, mul, rsqrt, sub } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { activate, activationGradient } from '../kernels/activations'
import { NNOptError } from '../../shared/errors'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from '../kernels/batchNorm'
import { biasGradient } from '../kernels/biasGradient'
import { defineOperator, internal } from './operator'
import type { GradientContext } from './operator'

const attributes = z.object({
  epsilon: z.number().default(1e-5),
  momentum: z.number().default(0.9),
  training_mode: z.literal(0).default(0),
  /** Set by the executor alone, when it merges the activation that follows (execute/fuseActivations.ts). */
  activation: z.enum(['none', 'relu', 'relu6']).default('none').meta(internal),
})

type Attributes = z.output<typeof attributes>

/** Batch normalization (Ioffe and Szegedy, 2015; ONNX BatchNormalization-15). Trains on batch statistics, infers with the running ones. */
export const batchNormalizationOperator = defineOperator({
  id: 'BatchNormalization',
  needs: 5,
  attributes,
  layout: 'channelsLast',
  quantization: 'float',
  channels: 'perChannel',
  transparent: true,
  follower: true,
  precision: 'follow',
  parameters: { 1: 'scale', 2: 'shift', 3: 'mean', 4: 'variance' },
  shape: ({ node, shapes: [x, scale] }) => {
    if (scale.length === 1 && scale[0] === x[1]) return [x]
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (BatchNormalization): expected ${scale[0] ?? 0} channels, got an input of [${x.join(', ')}]`,
      { node: node.name },
    )
  },
  macs: () => 0,
  forward: (context) => {
    const { epsilon, activation } = context.attributes
    const [x, scale, shift, mean, variance] = context.inputs
    if (!context.training) return [activate(batchNormInference(x, mean, variance, scale, shift, epsilon), activation)]
    const batch = batchNormTrain(x, scale, shift, epsilon, activation)
    context.save(...batch.saved)
    context.updateStatistic(3, batch.mean)
    context.updateStatistic(4, batch.variance)
    return [batch.y]
  },
  gradientReads: { inputs: [0, 1, 3, 4], outputs: [0] },
  gradient: (context) => {
    if (context.saved.length === 0) return frozenGradient(context)
    const [x, scale] = context.inputs
    const { dx, dScale, dShift } = batchNormTrainGradient(
      context.dOutputs[0],
      x,
      scale,
      context.saved,
      context.attributes.epsilon,
      context.attributes.activation,
    )
    return [dx, dScale, dShift]
  },
})

/** With running statistics the operator is an affine map: y = scale · (x − mean) / √(variance + ε) + shift. */
function frozenGradient(context: GradientContext<Attributes, 5>): readonly (Tensor | undefined)[] {
  const [x, scale, , mean, variance] = context.inputs
  const dy = activationGradient(context.dOutputs[0], context.outputs[0], context.attributes.activation)
  const inverse = rsqrt(add(variance, context.attributes.epsilon))
  return [
    context.wants(0) ? mul(dy, mul(scale, inverse)) : undefined,
    context.wants(1) ? biasGradient(mul(dy, mul(sub(x, mean), inverse))) : undefined,
    context.wants(2) ? biasGradient(dy) : undefined,
  ]
}
