import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import { fakeQuant, fakeQuantGradient } from '../../src/core/kernels/fakeQuant'
import { runNative } from '../../src/core/kernels/native'
import type { ExecutorParameter } from '../../src/core/execute/parameters'
import { flatSpec, flattenTensors, splitTensor } from '../../src/core/train/flat'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import type { RunningBackend } from '../../src/node/backends'
import { randomTensor, values } from './kernelsReference'
import { atLeast } from '../../src/shared/atLeast'

const { available } = await tensorflowBackend.available()
const pointwise = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const

/** Σ over `steps` of a · b in double precision, by index functions. */
const dots = (
  rows: number,
  columns: number,
  steps: number,
  term: (row: number, column: number, step: number) => number,
): Float64Array =>
  Float64Array.from({ length: rows * columns }, (_, at) => {
    let sum = 0
    for (let step = 0; step < steps; step++) sum += term(Math.floor(at / columns), at % columns, step)
    return sum
  })

function expectClose(actual: tf.Tensor, expected: ArrayLike<number>, scale: number): void {
  const got = values(actual)
  expect(got.length).toBe(expected.length)
  const worst = got.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0)
  expect(worst).toBeLessThan(1e-6 * scale)
}

describe.skipIf(!available)("this program's TensorFlow operations", () => {
  let running: RunningBackend
  beforeAll(async () => {
    running = await tensorflowBackend.create()
  })
  afterAll(() => running.dispose())

  // Rows, columns and panels with and without a rest, at every width of a panel; enough rows that the threads share them.
  it.each([
    { m: 1, k: 1, n: 1 },
    { m: 7, k: 5, n: 3 },
    { m: 16, k: 8, n: 16 },
    { m: 9, k: 17, n: 32 },
    { m: 65, k: 24, n: 48 },
    { m: 130, k: 9, n: 64 },
    { m: 13, k: 33, n: 80 },
    { m: 70, k: 50, n: 101 },
    { m: 300, k: 7, n: 112 },
    { m: 4200, k: 6, n: 20 },
    { m: 5003, k: 3, n: 33 },
  ])('pointwise convolution of $m positions, $k to $n channels, and its gradients', ({ m, k, n }) =>
    tf.tidy(() => {
      const [x, filter, dy] = [
        randomTensor([1, m, 1, k], 1),
        randomTensor([1, 1, k, n], 2),
        randomTensor([1, m, 1, n], 3),
      ]
      const [xs, fs, dys] = atLeast(
        3,
        [x, filter, dy].map((tensor) => tensor.dataSync()),
      )
      const [y, dx, dw] = [
        conv2d(x, filter, pointwise),
        conv2dInputGradient(dy, filter, x.shape, pointwise),
        conv2dFilterGradient(x, dy, filter.shape, pointwise),
      ]
      expect([y.shape, dx.shape, dw.shape]).toEqual([dy.shape, x.shape, filter.shape])
      expectClose(
        y,
        dots(m, n, k, (row, column, step) => xs[row * k + step]! * fs[step * n + column]!),
        k,
      )
      expectClose(
        dx,
        dots(m, k, n, (row, column, step) => dys[row * n + step]! * fs[column * n + step]!),
        n,
      )
      expectClose(
        dw,
        dots(k, n, m, (row, column, step) => xs[step * k + row]! * dys[step * n + column]!),
        m,
      )
    }),
  )

  it('passes what is not a number through a pointwise convolution', () =>
    tf.tidy(() => {
      const y = conv2d(tf.tensor4d([NaN, 1], [1, 1, 2, 1]), tf.ones([1, 1, 1, 3]), pointwise)
      expect(values(y)).toEqual([NaN, NaN, NaN, 1, 1, 1])
    }))

  it('joins tensors of any shapes to one vector and splits it again', () => {
    const shapes = [[3], [2, 3, 1, 2], [1, 1, 40, 33], [1], [70_001]]
    const entries = shapes.map((shape, index): ExecutorParameter => ({
      name: `p${index}`,
      role: 'weight',
      trainable: true,
      shape,
      size: shape.reduce((a, b) => a * b, 1),
    }))
    const before = tf.memory().numTensors
    const tensors = new Map(entries.map(({ name, shape }, index) => [name, randomTensor(shape, index + 1)]))
    const flat = flattenTensors(flatSpec(entries), tensors)
    expect(values(flat)).toEqual([...tensors.values()].flatMap(values))
    const parts = splitTensor(flatSpec(entries), flat)
    expect([...parts.values()].map(({ shape }) => shape)).toEqual(shapes)
    for (const [name, part] of parts) expect(values(part)).toEqual(values(tensors.get(name) as tf.Tensor))
    tf.dispose([flat, ...tensors.values(), ...parts.values()])
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([{ size: 5 }, { size: 16 }, { size: 70_003 }])(
    'updates $size parameters in one pass as step by step',
    ({ size }) =>
      tf.tidy(() => {
        const [parameters, gradients, first, decay] = atLeast(
          4,
          [1, 2, 3, 4].map((seed) => randomTensor([size], seed)),
        )
        const square = tf.square(randomTensor([size], 5))
        const [rate, momentum] = [0.1, 0.9]
        const moved = tf.add(tf.mul(first, momentum), tf.add(gradients, tf.mul(parameters, decay)))
        const sgd =
          runNative('sgd', {
            parameters,
            gradients,
            velocity: first,
            decay,
            settings: tf.tensor1d([rate, momentum, 0]),
          }) ?? []
        expectClose(sgd[0]!, values(tf.sub(parameters, tf.mul(moved, rate))), 4)
        expectClose(sgd[1]!, values(moved), 4)
        const [beta1, beta2, epsilon] = [0.8, 0.95, 1e-3]
        const adam =
          runNative('adam', {
            parameters,
            gradients,
            mean: first,
            square,
            decay,
            settings: tf.tensor1d([rate, 2, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, 0, 0.5]),
          }) ?? []
        const [mean, second] = [
          tf.add(tf.mul(first, beta1), tf.mul(gradients, 1 - beta1)),
          tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradients), 1 - beta2)),
        ]
        const expected = tf.sub(
          tf.sub(parameters, tf.mul(tf.mul(parameters, decay), 0.5)),
          tf.mul(tf.div(mean, tf.add(tf.mul(tf.sqrt(second), 2), epsilon)), rate),
        )
        for (const [index, tensor] of [expected, mean, second].entries()) expectClose(adam[index]!, values(tensor), 20)
      }),
  )

  it.each([{ shape: [3, 5, 7, 17] }, { shape: [2, 3, 3, 32] }, { shape: [1, 1, 1, 5] }, { shape: [6, 40, 41, 3] }])(
    'adds a bias and brings $shape onto a grid as one after the other, and its gradients',
    ({ shape }) =>
      tf.tidy(() => {
        const channels = shape.at(-1) ?? 1
        const [x, bias, dy] = [randomTensor(shape, 1), randomTensor([channels], 2), randomTensor(shape, 3)]
        const [scale, zeroPoint, range] = [tf.tensor1d([0.013]), tf.tensor1d([37]), { qmin: 0, qmax: 127 }]
        const sum = tf.add(x, bias)
        const y = runNative('biasFakeQuant', { x, bias, scale, zeroPoint }, range)?.[0] as tf.Tensor
        expect(values(y)).toEqual(values(fakeQuant(sum, scale, zeroPoint, range.qmin, range.qmax)))
        const [dx, dBias] = atLeast(
          2,
          runNative('biasFakeQuantGradient', { dy, x, bias, scale, zeroPoint }, range) ?? [],
        )
        const expected = fakeQuantGradient(dy, sum, scale, zeroPoint, range.qmin, range.qmax)
        expect(values(dx)).toEqual(values(expected))
        const gradients = values(expected)
        expectClose(
          dBias,
          dots(1, channels, x.size / channels, (_, channel, row) => gradients[row * channels + channel]!),
          x.size / channels,
        )
        expect(gradients.some((gradient) => gradient === 0)).toBe(true)
      }),
  )
})
