import { add, div, expm1, greater, minimum, mul, onesLike, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

/** x above zero, α · (e^(x/α) − 1) below (Barron, 2017; ONNX Celu-12). */
export const celuOperator = definePointwise({
  id: 'Celu',
  attributes: z.object({ alpha: z.number().default(1) }),
  quantization: 'float',
  reads: 'output',
  forward: (x, { alpha }) => where(greater(x, 0), x, mul(expm1(div(minimum(x, 0), alpha)), alpha)),
  gradient: (dy, y, { alpha }) => mul(dy, where(greater(y, 0), onesLike(y), add(div(y, alpha), 1))),
  scalar:
    ({ alpha }) =>
    (x) =>
      x > 0 ? x : alpha * Math.expm1(x / alpha),
})
