import { add, cast, clipByValue, greater, less, logicalAnd, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

/** max(0, min(1, α·x + β)) (ONNX HardSigmoid-6). */
export const hardSigmoidOperator = definePointwise({
  id: 'HardSigmoid',
  attributes: z.object({ alpha: z.number().default(0.2), beta: z.number().default(0.5) }),
  quantization: 'float',
  ramp: ({ alpha, beta }) => ({ slope: alpha, offset: beta }),
  reads: 'output',
  forward: (x, { alpha, beta }) => clipByValue(add(mul(x, alpha), beta), 0, 1),
  gradient: (dy, y, { alpha }) => mul(dy, mul(cast(logicalAnd(greater(y, 0), less(y, 1)), 'float32'), alpha)),
})
