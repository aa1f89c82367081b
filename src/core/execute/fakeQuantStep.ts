import type { Tensor } from '@tensorflow/tfjs-core'
import { exp, mul, reshape, sub, sum } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from '../ops/operator'
import type { Operator } from '../ops/operator'
import { fakeQuant, fakeQuantGradient } from './kernels/fakeQuant'

const attributes = z.object({ qmin: z.number().int(), qmax: z.number().int() })

/** x, scale [1] or [channels], zeroPoint likewise → x on its grid; channels lie last in the executor's layouts. Straight-through gradient, 0 where x is clipped. */
export const fixedFakeQuant = defineOperator({
  id: 'FakeQuant',
  attributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint } = operands(inputs)
    return [reshape(fakeQuant(x, scale, zeroPoint, qmin, qmax), (inputs[0] as Tensor).shape)]
  },
  gradientReads: { inputs: [0, 1, 2] },
  gradient: ({ inputs, dOutputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint } = operands(inputs)
    const dy = dOutputs[0] as Tensor
    return [reshape(fakeQuantGradient(reshape(dy, x.shape), x, scale, zeroPoint, qmin, qmax), dy.shape)]
  },
})

/**
 * The same with a scale that is learned (Esser et al. 2020, LSQ), held as its logarithm, which keeps it positive and its steps relative (Jain et al. 2020).
 * ∂y/∂ln s = y − x inside the grid and y where x is clipped, so the sum over a slice is Σ dy · y − Σ dx · x; LSQ's factor is 1 / √(n · qmax).
 */
export const learnedFakeQuant = defineOperator({
  id: 'LearnedFakeQuant',
  attributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint } = operands(inputs)
    return [reshape(fakeQuant(x, exp(scale), zeroPoint, qmin, qmax), (inputs[0] as Tensor).shape)]
  },
  gradientReads: { inputs: [0, 1, 2], outputs: [0] },
  gradient: ({ inputs, outputs, dOutputs, wants, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint } = operands(inputs)
    const [dy, y] = [dOutputs[0], outputs[0]].map((tensor) => reshape(tensor as Tensor, x.shape))
    const dx = fakeQuantGradient(dy, x, exp(scale), zeroPoint, qmin, qmax)
    const factor = 1 / Math.sqrt((x.size / scale.size) * qmax)
    return [wants(0) ? reshape(dx, (inputs[0] as Tensor).shape) : undefined, wants(1) ? mul(sub(slicesOf(dy, y, scale), slicesOf(dx, x, scale)), factor) : undefined]
  },
})

export const fakeQuantStep = (learned: boolean): Operator => (learned ? learnedFakeQuant : fixedFakeQuant)

/** x as [rows, channels] where it has one scale a channel: depthwise filters [kh, kw, channels, multiplier] spread theirs over two axes. */
function operands(inputs: readonly (Tensor | undefined)[]): { readonly x: Tensor; readonly scale: Tensor; readonly zeroPoint: Tensor } {
  const [x, scale, zeroPoint] = inputs as readonly Tensor[]
  return { x: scale.size > 1 ? reshape(x, [-1, scale.size]) : x, scale, zeroPoint }
}

/** Sum of a · b for every scale. */
const slicesOf = (a: Tensor, b: Tensor, scale: Tensor): Tensor => (scale.size > 1 ? sum(mul(a, b), 0) : reshape(sum(mul(a, b)), scale.shape))
