import { add, cast, clipByValue, div, greater, less, logicalAnd, mul } from '@tensorflow/tfjs-core'
import { definePointwise } from './pointwise'

/** x · max(0, min(1, x / 6 + 1/2)) (ONNX HardSwish-14; Howard et al., 2019). */
export const hardSwishOperator = definePointwise({
  id: 'HardSwish',
  quantization: 'float',
  precision: 'follow',
  reads: 'input',
  forward: (x) => mul(x, clipByValue(add(div(x, 6), 0.5), 0, 1)),
  gradient: (dy, x) => {
    const inside = cast(logicalAnd(greater(x, -3), less(x, 3)), 'float32')
    return mul(dy, add(clipByValue(add(div(x, 6), 0.5), 0, 1), mul(inside, div(x, 6))))
  },
})
