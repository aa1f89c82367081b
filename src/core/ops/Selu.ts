import { add, expm1, fill, greater, minimum, mul, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

/** γ · Elu(x) (Klambauer et al., 2017; ONNX Selu-6). */
export const seluOperator = definePointwise({
  id: 'Selu',
  attributes: z.object({
    alpha: z.number().default(1.67326319217681884765625),
    gamma: z.number().default(1.05070102214813232421875),
  }),
  quantization: 'float',
  reads: 'output',
  forward: (x, { alpha, gamma }) => mul(where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)), gamma),
  gradient: (dy, y, { alpha, gamma }) => mul(dy, where(greater(y, 0), fill(y.shape, gamma), add(y, alpha * gamma))),
  scalar:
    ({ alpha, gamma }) =>
    (x) =>
      gamma * (x > 0 ? x : alpha * Math.expm1(x)),
})
