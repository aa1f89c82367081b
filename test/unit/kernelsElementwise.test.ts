import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { relu, relu6, relu6Gradient, reluGradient } from '../../src/core/kernels/activations'
import { biasGradient } from '../../src/core/kernels/biasGradient'
import { fakeQuant, fakeQuantGradient } from '../../src/core/kernels/fakeQuant'
import { matMul } from '../../src/core/kernels/matMul'
import { softmaxCrossEntropy } from '../../src/core/kernels/softmaxCrossEntropy'
import { backends, clean, expectClose, useKernelBackend } from '../helpers/kernelBackends'
import { randomTensor, values } from './kernelsReference'

describe.each(backends)('element-wise kernels on $name', (backend) => {
  if (!backend.present) return void it.skip('the TensorFlow runtime is not installed', () => {})

  useKernelBackend(backend)

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
