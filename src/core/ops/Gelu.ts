import type { Tensor } from '@tensorflow/tfjs-core'
import { add, erf, exp, mul, square, sub, tanh } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { errorFunction } from './errorFunction'
import { definePointwise } from './pointwise'

const attributes = z.object({ approximate: z.enum(['none', 'tanh']).default('none') })

/** √(2/π) and the cubic factor of the tanh approximation. */
export const [tanhSlope, tanhCubic] = [Math.sqrt(2 / Math.PI), 0.044715]

/** x · Φ(x), with Φ by the error function or by its tanh approximation (Hendrycks and Gimpel, 2016; ONNX Gelu-20). */
export const geluOperator = definePointwise<z.output<typeof attributes>>({
  id: 'Gelu',
  attributes,
  quantization: 'float',
  reads: 'input',
  forward: (x, { approximate }) => mul(x, approximate === 'tanh' ? tanhShare(x) : share(x)),
  gradient: (dy, x, { approximate }) => mul(dy, approximate === 'tanh' ? tanhSlopeAt(x) : slopeAt(x)),
  scalar:
    ({ approximate }) =>
    (x) => {
      const inner =
        approximate === 'tanh' ? Math.tanh(tanhSlope * (x + tanhCubic * x ** 3)) : errorFunction(x / Math.SQRT2)
      return 0.5 * x * (1 + inner)
    },
})

/** Φ(x). */
const share = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)

const tanhArgument = (x: Tensor): Tensor => mul(mul(x, add(mul(square(x), tanhCubic), 1)), tanhSlope)

const tanhShare = (x: Tensor): Tensor => mul(add(tanh(tanhArgument(x)), 1), 0.5)

/** Φ(x) + x · φ(x). */
const slopeAt = (x: Tensor): Tensor => add(share(x), mul(x, mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))))

function tanhSlopeAt(x: Tensor): Tensor {
  const gate = tanh(tanhArgument(x))
  const inner = mul(add(mul(square(x), 3 * tanhCubic), 1), tanhSlope)
  return add(mul(add(gate, 1), 0.5), mul(mul(x, 0.5), mul(sub(1, square(gate)), inner)))
}
