import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { activate, activationGradient } from '../../src/core/kernels/activations'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from '../../src/core/kernels/batchNorm'
import { backends, clean, expectClose, useKernelBackend } from '../helpers/kernelBackends'
import { randomTensor, values } from './kernelsReference'

const EPSILON = 1e-3

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

describe.each(backends)('normalization kernels on $name', (backend) => {
  if (!backend.present) return void it.skip('the TensorFlow runtime is not installed', () => {})

  useKernelBackend(backend)

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
  it.skipIf(backend.id === 'wasm')(
    'batchNormTrain lets not-a-number through its activation: divergence must show',
    () =>
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
})
