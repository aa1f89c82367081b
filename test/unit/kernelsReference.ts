import * as tf from '@tensorflow/tfjs-core'
import type { ConvSpec } from '../../src/core/kernels/convSpec'

export const values = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]

/** A tensor of seeded values in −1..1 (mulberry32). */
export function randomTensor(shape: readonly number[], seed: number): tf.Tensor {
  let state = seed * 0x9e3779b9
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1
  }
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), [...shape])
}

const outputSize = (
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
): number => Math.floor((size + before + after - (kernel - 1) * dilation - 1) / stride) + 1

/** Convolution by its definition: x NHWC, filter [kh, kw, c, o], or [kh, kw, c, m] when depthwise. */
export function convolve(
  x: tf.Tensor,
  filter: tf.Tensor,
  { strides, dilations, pads }: ConvSpec,
  depthwise: boolean,
): number[] {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape
  const [kh = 0, kw = 0, , o = 0] = filter.shape
  const [oh, ow] = [
    outputSize(h, kh, strides[0], dilations[0], pads[0], pads[2]),
    outputSize(w, kw, strides[1], dilations[1], pads[1], pads[3]),
  ]
  const [xs, fs] = [values(x), values(filter)]
  const at = (b: number, i: number, j: number, k: number): number =>
    i < 0 || j < 0 || i >= h || j >= w ? 0 : (xs[((b * h + i) * w + j) * c + k] ?? 0)
  const out: number[] = []
  for (let b = 0; b < n; b++)
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let q = 0; q < (depthwise ? c * o : o); q++) {
          let sum = 0
          for (let u = 0; u < kh; u++)
            for (let v = 0; v < kw; v++)
              for (let k = 0; k < c; k++) {
                if (depthwise && k !== Math.floor(q / o)) continue
                const weight = fs[((u * kw + v) * c + k) * o + (depthwise ? q % o : q)] ?? 0
                sum +=
                  at(b, i * strides[0] + u * dilations[0] - pads[0], j * strides[1] + v * dilations[1] - pads[1], k) *
                  weight
              }
          out.push(sum)
        }
  return out
}
