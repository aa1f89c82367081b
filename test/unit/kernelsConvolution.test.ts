import type * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import type { ConvSpec } from '../../src/core/kernels/convSpec'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import { backends, clean, expectClose, useKernelBackend } from '../helpers/kernelBackends'
import { convolve, randomTensor, values } from './kernelsReference'

interface ConvCase {
  readonly name: string
  readonly x: readonly [number, number, number, number]
  readonly kernel: readonly [number, number]
  /** Output channels of conv2d, multiplier of depthwiseConv2d. */
  readonly out: number
  readonly spec: ConvSpec
}

const spec = (strides: ConvSpec['strides'], dilations: ConvSpec['dilations'], pads: ConvSpec['pads']): ConvSpec => ({
  strides,
  dilations,
  pads,
})

const convCases: readonly ConvCase[] = [
  { name: 'pointwise', x: [2, 3, 4, 5], kernel: [1, 1], out: 3, spec: spec([1, 1], [1, 1], [0, 0, 0, 0]) },
  { name: 'pointwise with stride', x: [2, 5, 4, 3], kernel: [1, 1], out: 2, spec: spec([2, 2], [1, 1], [0, 0, 0, 0]) },
  { name: 'same 3×3', x: [2, 5, 6, 4], kernel: [3, 3], out: 2, spec: spec([1, 1], [1, 1], [1, 1, 1, 1]) },
  {
    name: 'stride 2 of an even size, last column unread',
    x: [1, 6, 6, 3],
    kernel: [3, 3],
    out: 1,
    spec: spec([2, 2], [1, 1], [1, 1, 1, 1]),
  },
  {
    name: 'stride 2, valid, rest unread',
    x: [1, 8, 7, 2],
    kernel: [3, 2],
    out: 2,
    spec: spec([2, 2], [1, 1], [0, 0, 0, 0]),
  },
  { name: 'asymmetric pads', x: [1, 5, 5, 2], kernel: [3, 3], out: 2, spec: spec([2, 2], [1, 1], [0, 1, 2, 0]) },
  { name: 'dilation', x: [1, 7, 7, 2], kernel: [3, 3], out: 2, spec: spec([1, 1], [2, 2], [2, 2, 2, 2]) },
  {
    name: 'stride together with dilation',
    x: [1, 9, 8, 2],
    kernel: [3, 3],
    out: 1,
    spec: spec([2, 2], [2, 3], [2, 3, 2, 3]),
  },
  { name: 'unequal strides', x: [1, 7, 8, 3], kernel: [3, 3], out: 2, spec: spec([1, 2], [1, 1], [1, 1, 1, 1]) },
  {
    name: 'wide kernel 5×5, many channels',
    x: [2, 9, 9, 24],
    kernel: [5, 5],
    out: 1,
    spec: spec([2, 2], [1, 1], [2, 2, 2, 2]),
  },
  {
    name: '3×3, 24 channels: a vector and a rest',
    x: [3, 6, 5, 24],
    kernel: [3, 3],
    out: 1,
    spec: spec([1, 1], [1, 1], [1, 1, 1, 1]),
  },
  {
    name: '3×3, stride 2, 101 channels',
    x: [2, 6, 7, 101],
    kernel: [3, 3],
    out: 1,
    spec: spec([2, 2], [1, 1], [1, 1, 1, 1]),
  },
  {
    name: '3×3, stride 2, 16 channels, asymmetric pads',
    x: [2, 7, 6, 16],
    kernel: [3, 3],
    out: 1,
    spec: spec([2, 2], [1, 1], [0, 0, 2, 1]),
  },
  { name: '7×7, 16 channels', x: [1, 8, 8, 16], kernel: [7, 7], out: 1, spec: spec([1, 1], [1, 1], [3, 3, 3, 3]) },
  { name: 'one position', x: [2, 1, 1, 3], kernel: [3, 3], out: 2, spec: spec([1, 1], [1, 1], [1, 1, 1, 1]) },
]

function dot(a: tf.Tensor, b: tf.Tensor): number {
  const other = values(b)
  return values(a).reduce((sum, value, index) => sum + value * (other[index] ?? Number.NaN), 0)
}

describe.each(backends)('convolution kernels on $name', (backend) => {
  if (!backend.present) return void it.skip('the TensorFlow runtime is not installed', () => {})

  useKernelBackend(backend)

  it.each(convCases)(
    'conv2d: $name: equals the loops, and its gradients are its adjoints',
    ({ x, kernel, out, spec }) =>
      clean(() => {
        const input = randomTensor(x, 1)
        const filter = randomTensor([...kernel, x[3], out], 2)
        const y = conv2d(input, filter, spec)
        expectClose(y, convolve(input, filter, spec, false))
        const dy = randomTensor(y.shape, 3)
        const [dx, dw] = [
          conv2dInputGradient(dy, filter, input.shape, spec),
          conv2dFilterGradient(input, dy, filter.shape, spec),
        ]
        expect([dx.shape, dw.shape]).toEqual([input.shape, filter.shape])
        // y is linear in each: <dy, y(x', w)> = <dx, x'> for any x', and the same for w.
        const [otherX, otherW] = [randomTensor(x, 4), randomTensor(filter.shape, 5)]
        expect(dot(dx, otherX)).toBeCloseTo(dot(dy, conv2d(otherX, filter, spec)), 3)
        expect(dot(dw, otherW)).toBeCloseTo(dot(dy, conv2d(input, otherW, spec)), 3)
      })(),
  )

  it.each(convCases)(
    'depthwiseConv2d: $name: equals the loops, and its gradients are its adjoints',
    ({ x, kernel, out, spec }) =>
      clean(() => {
        const input = randomTensor(x, 1)
        const filter = randomTensor([...kernel, x[3], out], 2)
        const y = depthwiseConv2d(input, filter, spec)
        expectClose(y, convolve(input, filter, spec, true))
        const dy = randomTensor(y.shape, 3)
        const [dx, dw] = [
          depthwiseConv2dInputGradient(dy, filter, input.shape, spec),
          depthwiseConv2dFilterGradient(input, dy, filter.shape, spec),
        ]
        expect([dx.shape, dw.shape]).toEqual([input.shape, filter.shape])
        const [otherX, otherW] = [randomTensor(x, 4), randomTensor(filter.shape, 5)]
        expect(dot(dx, otherX)).toBeCloseTo(dot(dy, depthwiseConv2d(otherX, filter, spec)), 3)
        expect(dot(dw, otherW)).toBeCloseTo(dot(dy, depthwiseConv2d(input, otherW, spec)), 3)
      })(),
  )
})
