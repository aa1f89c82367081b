import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core'
import type { z } from 'zod'
import { runUpdate } from './native'
import type { UpdateInput, UpdateResult, adamParams } from './optimizer'

/** How weight decay acts: added to the gradient (L2), or on the parameters beside the step (Loshchilov and Hutter, 2019). */
export type Decay = 'coupled' | 'decoupled'

/** Algorithm 1 of Kingma and Ba (2015), as torch.optim.Adam and AdamW compute it: w − lr · m̂ / (√v̂ + ε). */
export function adamStep(params: z.output<typeof adamParams>, input: UpdateInput, decay: Decay): UpdateResult {
  const { beta1, beta2, epsilon } = params
  const stepSize = input.learningRate / (1 - beta1 ** input.step)
  const root = Math.sqrt(1 - beta2 ** input.step)
  const [coupled, decoupled] = decay === 'coupled' ? [1, 0] : [0, input.learningRate]
  return (
    runUpdate(
      'adam',
      input,
      ['mean', 'square'],
      [stepSize, 1 / root, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, coupled, decoupled],
    ) ?? composedStep(params, input, stepSize, root, decay)
  )
}

function composedStep(
  { beta1, beta2, epsilon }: z.output<typeof adamParams>,
  input: UpdateInput,
  stepSize: number,
  root: number,
  decay: Decay,
): UpdateResult {
  const decayed = mul(input.parameters, input.decay)
  const gradients = decay === 'coupled' ? add(input.gradients, decayed) : input.gradients
  const parameters = decay === 'decoupled' ? sub(input.parameters, mul(decayed, input.learningRate)) : input.parameters
  const mean = add(mul(input.slots[0]!, beta1), mul(gradients, 1 - beta1))
  const square2 = add(mul(input.slots[1]!, beta2), mul(square(gradients), 1 - beta2))
  const denominator = add(div(sqrt(square2), root), epsilon)
  return { parameters: sub(parameters, mul(div(mean, denominator), stepSize)), slots: [mean, square2] }
}
