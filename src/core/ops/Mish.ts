import { add, mul, sigmoid, softplus, square, sub, tanh } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** x · tanh(ln(1 + eˣ)) (Misra, 2019; ONNX Mish-18). */
export const mishOperator = definePointwise({
  id: 'Mish',
  quantization: 'float',
  reads: 'input',
  forward: (x) => mul(x, tanh(softplus(x))),
  gradient: (dy, x) => {
    const gate = tanh(softplus(x))
    return mul(dy, add(gate, mul(mul(x, sigmoid(x)), sub(1, square(gate)))))
  },
  scalar: () => (x) => x * Math.tanh(Math.log1p(Math.exp(-Math.abs(x))) + Math.max(0, x)),
})
