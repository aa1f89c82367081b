import type { Tensor } from '@tensorflow/tfjs-core'
import { exp, mul, reshape, sub, sum } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import type { AtLeast } from '../../shared/atLeast'
import { defineOperator } from '../ops/operator'
import type { Operator } from '../ops/operator'
import { fakeQuant, fakeQuantGradient } from '../kernels/fakeQuant'

const attributes = z.object({ qmin: z.number().int(), qmax: z.number().int() })

/** x, scale [1] or [channels], zeroPoint likewise → x on its grid; channels lie last in the executor's layouts. Straight-through gradient, 0 where x is clipped. */
export const fixedFakeQuant = defineOperator({
  id: 'FakeQuant',
  needs: 3,
  attributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint, axis } = operands(inputs)
    return [shaped(fakeQuant(x, scale, zeroPoint, qmin, qmax, axis), inputs[0])]
  },
  gradientReads: { inputs: [0, 1, 2] },
  gradient: ({ inputs, dOutputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint, axis } = operands(inputs)
    const dy = dOutputs[0]
    return [shaped(fakeQuantGradient(shaped(dy, x), x, scale, zeroPoint, qmin, qmax, axis), dy)]
  },
})

/**
 * The same with a scale that is learned (Esser et al. 2020, LSQ), held as its logarithm, which keeps it positive and its steps relative (Jain et al. 2020).
 * ∂y/∂ln s = y − x inside the grid and y where x is clipped, so the sum over a slice is Σ dy · y − Σ dx · x; LSQ's factor is 1 / √(n · qmax).
 */
export const learnedFakeQuant = defineOperator({
  id: 'LearnedFakeQuant',
  needs: 3,
  attributes,
  layout: 'follow',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint, axis } = operands(inputs)
    return [shaped(fakeQuant(x, exp(scale), zeroPoint, qmin, qmax, axis), inputs[0])]
  },
  gradientReads: { inputs: [0, 1, 2], outputs: [0] },
  gradient: ({ inputs, outputs, dOutputs, wants, attributes: { qmin, qmax } }) => {
    const { x, scale, zeroPoint, axis } = operands(inputs)
    const [dy, y] = [shaped(dOutputs[0], x), shaped(outputs[0], x)]
    const dx = fakeQuantGradient(dy, x, exp(scale), zeroPoint, qmin, qmax, axis)
    const factor = 1 / Math.sqrt((x.size / scale.size) * qmax)
    return [
      wants(0) ? shaped(dx, inputs[0]) : undefined,
      wants(1) ? mul(sub(slicesOf(dy, y, scale), slicesOf(dx, x, scale)), factor) : undefined,
    ]
  },
})

export const fakeQuantStep = (learned: boolean): Operator => (learned ? learnedFakeQuant : fixedFakeQuant)

interface Operands {
  readonly x: Tensor
  readonly scale: Tensor
  readonly zeroPoint: Tensor
  /** Of the channels in x. */
  readonly axis: number
}

/** x as it is where its channels lie last or before a last axis of 1; as [rows, channels] where depthwise filters [kh, kw, channels, multiplier] spread theirs over two axes. */
function operands(inputs: AtLeast<3, Tensor, Tensor | undefined>): Operands {
  const [x, scale, zeroPoint] = inputs
  const axis = x.shape.at(-1) === 1 ? x.rank - 2 : x.rank - 1
  return scale.size === 1 || x.shape[axis] === scale.size
    ? { x, scale, zeroPoint, axis }
    : { x: reshape(x, [-1, scale.size]), scale, zeroPoint, axis: 1 }
}

/** A change of shape costs a call. */
const shaped = (tensor: Tensor, like: Tensor): Tensor =>
  tensor.rank === like.rank ? tensor : reshape(tensor, like.shape)

/** Sum of a · b for every scale. */
const slicesOf = (a: Tensor, b: Tensor, scale: Tensor): Tensor =>
  scale.size > 1 ? sum(reshape(mul(a, b), [-1, scale.size]), 0) : reshape(sum(mul(a, b)), scale.shape)
