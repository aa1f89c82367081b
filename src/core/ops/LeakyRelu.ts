import { cast, greater, leakyRelu, mul, ones, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { definePointwise } from './pointwise'

export const leakyReluOperator = definePointwise({
  id: 'LeakyRelu',
  attributes: z.object({ alpha: z.number().default(0.01) }),
  quantization: 'arithmetic',
  homogeneous: true,
  reads: 'input',
  forward: (x, { alpha }) => leakyRelu(x, alpha),
  gradient: (dy, x, { alpha }) => mul(dy, where(cast(greater(x, 0), 'bool'), ones(x.shape), mul(ones(x.shape), alpha))),
})
