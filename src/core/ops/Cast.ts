import { z } from 'zod'
import { defineOperator } from './operator'

/** ONNX numbers of float32, float16, float64 and bfloat16: all are float32 here, halves are widened on import. */
const floatTypes: readonly number[] = [1, 10, 11, 16]

/** A change of element type on the way through a network. The executor computes in float32 throughout, so it passes values on. */
export const castOperator = defineOperator({
  id: 'Cast',
  attributes: z.object({ to: z.number().int() }),
  layout: 'follow',
  quantization: 'passthrough',
  channels: 'same',
  cast: true,
  passesOn: ({ to }) => floatTypes.includes(to),
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs }) => [inputs[0].clone()],
  gradientReads: {},
  gradient: ({ dOutputs }) => [dOutputs[0].clone()],
})
