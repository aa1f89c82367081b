import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  activate,
  activationGradient,
  relu,
  relu6,
  relu6Gradient,
  reluGradient,
} from '../../src/core/kernels/activations'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from '../../src/core/kernels/batchNorm'
import { biasGradient } from '../../src/core/kernels/biasGradient'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import type { ConvSpec } from '../../src/core/kernels/convSpec'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import { fakeQuant, fakeQuantGradient } from '../../src/core/kernels/fakeQuant'
import { matMul } from '../../src/core/kernels/matMul'
import { softmaxCrossEntropy } from '../../src/core/kernels/softmaxCrossEntropy'
import { nativeKernelNames } from '../../src/core/kernels/native'
import { registerTensorflowKernels } from '../../src/node/backends/tensorflow/kernels'
import type { TensorflowKernelBackend } from '../../src/node/backends/tensorflow/kernels/operations'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { convolve, randomTensor, values } from './kernelsReference'

const EPSILON = 1e-3
const tensorflow = await tensorflowBackend.available()

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

function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-4): void {
  const got = values(actual)
  expect(got.length).toBe(expected.length)
  const worst = got.reduce(
    (most, value, index) =>
      Math.max(most, Math.abs(value - (expected[index] ?? Number.NaN)) / (1 + Math.abs(expected[index] ?? 0))),
    0,
  )
  expect(worst).toBeLessThan(tolerance)
}

/** Central difference of a function of numbers. */
function differences(at: readonly number[], loss: (point: readonly number[]) => number, step = 1e-5): number[] {
  const moved = (index: number, by: number): number[] => at.map((value, i) => (i === index ? value + by : value))
  return at.map((_, index) => (loss(moved(index, step)) - loss(moved(index, -step))) / (2 * step))
}

/** Batch normalization in double precision over rows of c channels. */
function batchNormRows(
  x: readonly number[],
  scale: readonly number[],
  shift: readonly number[],
  c: number,
): { y: number[]; mean: number[]; variance: number[] } {
  const column = (channel: number): number[] => x.filter((_, index) => index % c === channel)
  const mean = scale.map((_, channel) => column(channel).reduce((a, b) => a + b, 0) / (x.length / c))
  const variance = scale.map(
    (_, channel) => column(channel).reduce((a, b) => a + (b - (mean[channel] ?? 0)) ** 2, 0) / (x.length / c),
  )
  const y = x.map(
    (value, i) =>
      ((value - (mean[i % c] ?? 0)) / Math.sqrt((variance[i % c] ?? 0) + EPSILON)) * (scale[i % c] ?? 0) +
      (shift[i % c] ?? 0),
  )
  const rows = x.length / c
  return { y, mean, variance: variance.map((biased) => (biased * rows) / Math.max(1, rows - 1)) }
}

const backends = [
  { name: 'wasm', id: 'wasm', present: true, fused: false },
  { name: 'tensorflow', id: 'tensorflow', present: tensorflow.available, fused: true },
  {
    name: "tensorflow without this program's operations",
    id: 'tensorflow',
    present: tensorflow.available,
    fused: false,
  },
] as const

/** Registers TensorFlow's own operations again, as on a GPU. */
function withoutFused(): void {
  for (const kernel of Object.values(nativeKernelNames))
    if (tf.getKernel(kernel, 'tensorflow')) tf.unregisterKernel(kernel, 'tensorflow')
  registerTensorflowKernels(tf.backend() as TensorflowKernelBackend, false)
}

describe.each(backends)('training kernels on $name', ({ id, present, fused }) => {
  if (!present) return void it.skip('the TensorFlow runtime is not installed', () => {})
  let close = (): void => {}

  beforeAll(async () => {
    if (id === 'tensorflow') close = (await tensorflowBackend.create()).dispose
    await tf.setBackend(id)
    if (id === 'tensorflow' && !fused) withoutFused()
  })
  afterAll(() => close())

  /** Runs a test in a tidy and checks that nothing but its results would have stayed. */
  const clean = (body: () => void) => (): void => {
    const before = tf.memory().numTensors
    tf.tidy(body)
    expect(tf.memory().numTensors).toBe(before)
  }

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

  it.each([{ shape: [2, 3, 2, 3] }, { shape: [7, 3] }, { shape: [1, 2, 2, 1] }])(
    'batchNormTrain on $shape: statistics, output and gradients',
    ({ shape }) =>
      clean(() => {
        const c = shape.at(-1) ?? 1
        const [x, scale, shift, dy] = [
          randomTensor(shape, 1),
          randomTensor([c], 2),
          randomTensor([c], 3),
          randomTensor(shape, 4),
        ]
        const expected = batchNormRows(values(x), values(scale), values(shift), c)
        const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, EPSILON)
        expect(y.shape).toEqual(shape)
        expectClose(y, expected.y)
        expectClose(mean, expected.mean)
        expectClose(variance, expected.variance)
        const loss = (px: readonly number[], ps: readonly number[], pb: readonly number[]): number =>
          batchNormRows(px, ps, pb, c).y.reduce((sum, value, index) => sum + value * (values(dy)[index] ?? 0), 0)
        const { dx, dScale, dShift } = batchNormTrainGradient(dy, x, scale, saved, EPSILON)
        expectClose(
          dx,
          differences(values(x), (p) => loss(p, values(scale), values(shift))),
          1e-3,
        )
        expectClose(
          dScale,
          differences(values(scale), (p) => loss(values(x), p, values(shift))),
          1e-3,
        )
        expectClose(
          dShift,
          differences(values(shift), (p) => loss(values(x), values(scale), p)),
          1e-3,
        )
      })(),
  )

  it.each([
    { shape: [4, 9, 9, 24], activation: 'relu6' },
    { shape: [3, 5, 7, 37], activation: 'relu' },
    { shape: [2, 16, 16, 16], activation: 'none' },
    { shape: [300, 5], activation: 'relu6' },
  ] as const)('batchNormTrain on $shape with $activation equals its parts', ({ shape, activation }) =>
    clean(() => {
      const c = shape.at(-1) ?? 1
      // Far from zero against its spread: sums of squares must keep their digits.
      const x = tf.add(randomTensor(shape, 1), 50)
      const [scale, shift, dy] = [
        tf.mul(randomTensor([c], 2), 4),
        tf.mul(randomTensor([c], 3), 4),
        randomTensor(shape, 4),
      ]
      const expected = batchNormRows(values(x), values(scale), values(shift), c)
      const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, EPSILON, activation)
      expectClose(y, values(activate(tf.tensor(expected.y, [...shape]), activation)), 1e-3)
      expectClose(mean, expected.mean)
      expectClose(variance, expected.variance, 1e-3)
      const plain = batchNormTrain(x, scale, shift, EPSILON)
      const parts = batchNormTrainGradient(activationGradient(dy, y, activation), x, scale, plain.saved, EPSILON)
      mean.dispose()
      const { dx, dScale, dShift } = batchNormTrainGradient(dy, x, scale, saved, EPSILON, activation)
      expectClose(dx, values(parts.dx), 1e-3)
      expectClose(dScale, values(parts.dScale), 1e-3)
      expectClose(dShift, values(parts.dShift), 1e-3)
    })(),
  )

  // The relu6 of tfjs' wasm backend turns not-a-number into 0.
  it.skipIf(id === 'wasm')('batchNormTrain lets not-a-number through its activation: divergence must show', () =>
    clean(() => {
      const { y } = batchNormTrain(
        tf.tensor2d([
          [Number.NaN, 1],
          [2, 3],
        ]),
        tf.ones([2]),
        tf.zeros([2]),
        EPSILON,
        'relu6',
      )
      expect(values(y).slice(0, 1)).toEqual([Number.NaN])
    })(),
  )

  it.each([{ shape: [2, 2, 2, 3] }, { shape: [4, 3] }])(
    'batchNormInference on $shape uses the given statistics',
    ({ shape }) =>
      clean(() => {
        const x = randomTensor(shape, 1)
        const [mean, variance] = [tf.tensor1d([0.5, -1, 2]), tf.tensor1d([1, 0.25, 4])]
        const [scale, shift] = [tf.tensor1d([1, 2, -1]), tf.tensor1d([0, 1, 2])]
        const at = (t: tf.Tensor, i: number): number => values(t)[i % 3] ?? Number.NaN
        const expected = values(x).map(
          (value, i) => ((value - at(mean, i)) / Math.sqrt(at(variance, i) + EPSILON)) * at(scale, i) + at(shift, i),
        )
        expectClose(batchNormInference(x, mean, variance, scale, shift, EPSILON), expected)
      })(),
  )

  it('fakeQuant per tensor: ties to even, both ends, and a gradient that stops where values are clipped', () =>
    clean(() => {
      const [scale, zero] = [tf.scalar(0.5), tf.scalar(-3)]
      const x = tf.tensor1d([0, 0.25, 0.75, 1.25, -0.25, 65, 66, -62.5, -63, 0.3])
      // Integers −3 + (0, 0.5→0, 1.5→2, 2.5→2, −0.5→0, 130, 132, −125, −126, 0.6→1), clipped to −128..127.
      expectClose(fakeQuant(x, scale, zero, -128, 127), [0, 0, 1, 1, 0, 65, 65, -62.5, -62.5, 0.5])
      const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expectClose(fakeQuantGradient(dy, x, scale, zero, -128, 127), [1, 2, 3, 4, 5, 6, 0, 8, 0, 10])
    })())

  it.each([
    { shape: [3, 3, 4, 5], axis: 3 },
    { shape: [3, 3, 21, 1], axis: 2 },
    { shape: [2, 6, 3], axis: 1 },
    { shape: [70, 33], axis: undefined },
  ])('fakeQuant per channel of axis $axis of $shape', ({ shape, axis }) =>
    clean(() => {
      const channels = shape[axis ?? shape.length - 1] ?? 1
      const inner = shape.slice((axis ?? shape.length - 1) + 1).reduce((a, b) => a * b, 1)
      const [x, dy] = [randomTensor(shape, 1), randomTensor(shape, 2)]
      const scale = tf.tensor1d(Array.from({ length: channels }, (_, c) => 0.004 + 0.001 * (c % 7)))
      const zero = tf.tensor1d(Array.from({ length: channels }, (_, c) => (c % 3) - 1))
      const [scales, zeros] = [values(scale), values(zero)]
      const at = (i: number): { q: number; s: number; z: number } => {
        const c = Math.floor(i / inner) % channels
        const [s, z] = [scales[c] ?? 1, zeros[c] ?? 0]
        return { q: Math.round((values(x)[i] ?? 0) / s) + z, s, z }
      }
      const clip = (q: number): number => Math.max(-127, Math.min(127, q))
      expectClose(
        fakeQuant(x, scale, zero, -127, 127, axis),
        values(x).map((_, i) => (clip(at(i).q) - at(i).z) * at(i).s),
      )
      expectClose(
        fakeQuantGradient(dy, x, scale, zero, -127, 127, axis),
        values(dy).map((d, i) => (at(i).q === clip(at(i).q) ? d : 0)),
      )
    })(),
  )

  it('relu and relu6 and their gradients, at the kinks too', () =>
    clean(() => {
      const x = tf.tensor1d([-1, 0, 0.5, 6, 7])
      const dy = tf.tensor1d([1, 2, 3, 4, 5])
      expectClose(relu(x), [0, 0, 0.5, 6, 7])
      expectClose(relu6(x), [0, 0, 0.5, 6, 6])
      expectClose(reluGradient(dy, relu(x)), [0, 0, 3, 4, 5])
      expectClose(relu6Gradient(dy, relu6(x)), [0, 0, 3, 0, 0])
    })())

  it('biasGradient sums over all axes but the last', () =>
    clean(() => {
      expectClose(
        biasGradient(
          tf.tensor2d([
            [1, 2],
            [3, 4],
          ]),
        ),
        [4, 6],
      )
      expectClose(biasGradient(tf.ones([2, 3, 4, 2])), [24, 24])
    })())

  it('matMul transposes either side', () =>
    clean(() => {
      const [a, b] = [
        tf.tensor2d([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        tf.tensor2d([
          [1, 0, 2],
          [0, 1, 1],
        ]),
      ]
      expectClose(matMul(a, b, false, true), [7, 5, 16, 11])
      expectClose(matMul(a, b, true), [1, 4, 6, 2, 5, 9, 3, 6, 12])
    })())

  it('softmaxCrossEntropy: loss and gradient, with logits that would overflow exp', () =>
    clean(() => {
      const rows = [
        [1, 2, 3],
        [1000, 0, -1000],
        [0, 0, 0],
      ]
      const labels = [
        [0, 0.1, 0.9],
        [1, 0, 0],
        [0.2, 0.3, 0.5],
      ]
      const probabilities = rows.map((row) =>
        row.map(
          (value) =>
            Math.exp(value - Math.max(...row)) /
            row.reduce((sum, other) => sum + Math.exp(other - Math.max(...row)), 0),
        ),
      )
      const { loss, gradient } = softmaxCrossEntropy(tf.tensor2d(rows), tf.tensor2d(labels))
      expectClose(
        loss,
        labels.map(
          (row, i) =>
            -row.reduce((sum, p, j) => sum + (p === 0 ? 0 : p * Math.log(probabilities[i]?.[j] ?? Number.NaN)), 0),
        ),
      )
      expectClose(
        gradient,
        probabilities.flatMap((row, i) => row.map((p, j) => p - (labels[i]?.[j] ?? Number.NaN))),
      )
    })())
})
