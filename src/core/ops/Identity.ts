import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'

export const identityOperator = defineOperator({
  id: 'Identity',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'passthrough',
  channels: 'same',
  transparent: true,
  mover: true,
  follower: true,
  passesOn: () => true,
  precision: 'follow',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs }) => [(inputs[0] as Tensor).clone()],
  gradientReads: {},
  gradient: ({ dOutputs }) => [(dOutputs[0] as Tensor).clone()],
})
