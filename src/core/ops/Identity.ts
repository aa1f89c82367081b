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
  forward: ({ inputs }) => [inputs[0].clone()],
  gradientReads: {},
  gradient: ({ dOutputs }) => [dOutputs[0].clone()],
})
