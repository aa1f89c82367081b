import type { Tensor } from '@tensorflow/tfjs-core'
import { add, addN, mul, pad, pow, slice, square, sub } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'

const lrnAttributes = z.object({
  size: z.number().int().positive(),
  alpha: z.number().default(1e-4),
  beta: z.number().default(0.75),
  bias: z.number().default(1),
})

/** Local response normalization over channels (Krizhevsky et al., 2012): x / (bias + α/size · Σ x²)^β. */
export const lrnOperator = defineOperator({
  id: 'LRN',
  attributes: lrnAttributes,
  layout: 'channelsLast',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ shapes }) => [shapes[0]],
  forward: ({ inputs, attributes }) => {
    const x = inputs[0]
    return [mul(x, pow(base(x, attributes), -attributes.beta))]
  },
  gradientReads: { inputs: [0] },
  gradient: ({ inputs, dOutputs, attributes }) => {
    const [x, dy] = [inputs[0], dOutputs[0]]
    const { size, alpha, beta } = attributes
    const scale = base(x, attributes)
    const spread = channelWindow(mul(mul(dy, x), pow(scale, -beta - 1)), size, true)
    return [sub(mul(dy, pow(scale, -beta)), mul(mul(x, spread), (2 * alpha * beta) / size))]
  },
})

const base = (x: Tensor, { size, alpha, bias }: z.output<typeof lrnAttributes>): Tensor =>
  add(mul(channelWindow(square(x), size, false), alpha / size), bias)

/** Sum over the `size` channels around each one; an even window reaches one further up, and its mirror one further down. */
function channelWindow(x: Tensor, size: number, mirrored: boolean): Tensor {
  const [small, large] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)]
  const padded = pad(
    x,
    x.shape.map((_, axis): [number, number] =>
      axis === x.rank - 1 ? (mirrored ? [large, small] : [small, large]) : [0, 0],
    ),
  )
  const at = (offset: number): number[] => x.shape.map((_, axis) => (axis === x.rank - 1 ? offset : 0))
  return addN(Array.from({ length: size }, (_, offset) => slice(padded, at(offset), x.shape)))
}
