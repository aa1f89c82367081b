import type { Tensor } from '@tensorflow/tfjs-core'
import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core'
import type { z } from 'zod'
import type { UpdateInput, UpdateResult, adamParams } from './optimizer'

/** Algorithm 1 of Kingma and Ba (2015), as torch.optim.Adam computes it: w − lr · m̂ / (√v̂ + ε). */
export function adamStep({ beta1, beta2, epsilon }: z.output<typeof adamParams>, input: UpdateInput, gradients: Tensor): UpdateResult {
  const mean = add(mul(input.slots[0], beta1), mul(gradients, 1 - beta1))
  const square2 = add(mul(input.slots[1], beta2), mul(square(gradients), 1 - beta2))
  const stepSize = input.learningRate / (1 - beta1 ** input.step)
  const denominator = add(div(sqrt(square2), Math.sqrt(1 - beta2 ** input.step)), epsilon)
  return { parameters: sub(input.parameters, mul(div(mean, denominator), stepSize)), slots: [mean, square2] }
}
