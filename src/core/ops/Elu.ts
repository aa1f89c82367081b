import { add, expm1, greater, minimum, mul, onesLike, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

/** x above zero, α · (eˣ − 1) below (Clevert et al., 2015; ONNX Elu-6). */
export const eluOperator = definePointwise({
  id: 'Elu',
  attributes: z.object({ alpha: z.number().default(1) }),
  quantization: 'float',
  reads: 'output',
  forward: (x, { alpha }) => where(greater(x, 0), x, mul(expm1(minimum(x, 0)), alpha)),
  gradient: (dy, y, { alpha }) => mul(dy, where(greater(y, 0), onesLike(y), add(y, alpha))),
  scalar:
    ({ alpha }) =>
    (x) =>
      x > 0 ? x : alpha * Math.expm1(x),
})
