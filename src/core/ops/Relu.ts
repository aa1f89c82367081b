import { z } from 'zod'
import { relu, reluGradient } from '../kernels/activations'
import { defineOperator } from './operator'

export const reluOperator = defineOperator({
  id: 'Relu',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'clamp',
  channels: 'same',
  transparent: true,
  follower: true,
  clamp: () => ({ min: 0, max: Infinity }),
  precision: 'follow',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs }) => [relu(inputs[0])],
  gradientReads: { outputs: [0] },
  gradient: ({ dOutputs, outputs }) => [reluGradient(dOutputs[0], outputs[0])],
})
