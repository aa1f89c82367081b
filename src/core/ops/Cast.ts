import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'

/** A change of element type on the way through a network. The executor computes in float32 throughout, so it passes values on. */
export const castOperator = defineOperator({
  id: 'Cast',
  attributes: z.object({ to: z.number().int() }),
  layout: 'follow',
  quantization: 'passthrough',
  channels: 'same',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs }) => [(inputs[0] as Tensor).clone()],
  gradientReads: {},
  gradient: ({ dOutputs }) => [(dOutputs[0] as Tensor).clone()],
})
