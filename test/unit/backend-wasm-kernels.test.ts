import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { activate, activationGradient, relu6 } from '../../src/core/kernels/activations'
import { batchNormTrain } from '../../src/core/kernels/batchNorm'
import { softmaxCrossEntropy } from '../../src/core/kernels/softmaxCrossEntropy'
import type { WasmKernelBackend } from '../../src/node/backends/wasm/heap'
import { randomTensor, values } from './kernelsReference'
import { useWasmBackend } from '../helpers/wasmBackend'

useWasmBackend()

describe('edge cases on wasm', () => {
  it('lets not-a-number through activations: divergence must show', () =>
    tf.tidy(() => {
      const x = tf.tensor1d([Number.NaN, -1, 2, 7, Number.NaN])
      expect(values(relu6(x))).toEqual([Number.NaN, 0, 2, 6, Number.NaN])
      expect(values(activate(x, 'relu'))).toEqual([Number.NaN, 0, 2, 7, Number.NaN])
      const { y } = batchNormTrain(
        tf.tensor2d([
          [Number.NaN, 1],
          [2, 3],
        ]),
        tf.ones([2]),
        tf.zeros([2]),
        1e-3,
        'relu6',
      )
      expect(values(y).map(Number.isNaN)).toEqual([true, false, true, false])
    }))

  it('keeps the variance of values far from zero, over many chunks of rows', () =>
    tf.tidy(() => {
      const x = tf.add(randomTensor([5000, 5], 1), 300)
      const { variance } = batchNormTrain(x, tf.ones([5]), tf.zeros([5]), 1e-3)
      const exact = Array.from({ length: 5 }, (_, c) => {
        const column = values(x).filter((_, index) => index % 5 === c)
        const mean = column.reduce((sum, value) => sum + value, 0) / column.length
        return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1)
      })
      values(variance).forEach((value, c) => expect(value / exact[c]!).toBeCloseTo(1, 4))
    }))

  it('activationGradient is zero at both kinks', () =>
    tf.tidy(() => {
      const y = tf.tensor1d([0, 3, 6, 1, 5.5])
      expect(values(activationGradient(tf.ones([5]), y, 'relu6'))).toEqual([0, 1, 0, 1, 1])
    }))

  it('cross entropy of certain logits: a class without a share adds nothing', () =>
    tf.tidy(() => {
      const { loss, gradient } = softmaxCrossEntropy(tf.tensor2d([[2000, 0, -2000]]), tf.tensor2d([[1, 0, 0]]))
      expect(values(loss)).toEqual([0])
      expect(values(gradient)).toEqual([0, 0, 0])
    }))

  it('cross entropy of a logit that is not a number is not a number', () =>
    tf.tidy(() => {
      expect(values(softmaxCrossEntropy(tf.tensor2d([[1, Number.NaN]]), tf.tensor2d([[1, 0]])).loss)).toEqual([
        Number.NaN,
      ])
    }))

  it.each([
    { shape: [10], axis: 0, sizes: [3, 0, 7] },
    { shape: [2, 6, 3], axis: 1, sizes: [1, 5] },
    { shape: [4, 4], axis: -1, sizes: [2, 2] },
  ])('split of $shape along $axis into $sizes', ({ shape, axis, sizes }) =>
    tf.tidy(() => {
      const x = randomTensor(shape, 1)
      const pieces = tf.split(x, sizes, axis)
      expect(pieces.map((piece) => piece.shape.at(axis))).toEqual(sizes)
      expect(values(tf.concat(pieces, axis))).toEqual(values(x))
    }),
  )

  it.each([
    { shape: [3], reps: [4] },
    { shape: [2, 1, 1, 5], reps: [1, 3, 2, 1] },
    { shape: [2, 3], reps: [2, 3] },
    { shape: [4, 1], reps: [0, 2] },
  ])('tile of $shape by $reps', ({ shape, reps }) =>
    tf.tidy(() => {
      const x = randomTensor(shape, 1)
      const y = tf.tile(x, reps)
      const expected = tf.tile(tf.cast(tf.round(tf.mul(x, 1000)), 'int32'), reps)
      expect(y.shape).toEqual(expected.shape)
      expect(values(tf.round(tf.mul(y, 1000)))).toEqual(values(expected))
    }),
  )

  it.each([{ floats: 2 ** 30 - 2 ** 16 }, { floats: 2 ** 30 }, { floats: 2 ** 31 }])(
    'refuses a tensor of $floats floats, which the heap cannot hold, and goes on afterwards',
    ({ floats }) =>
      tf.tidy(() => {
        expect(() => (tf.backend() as WasmKernelBackend).makeOutput([floats], 'float32')).toThrow(/out of memory/)
        expect(values(tf.add(tf.ones([2]), 1))).toEqual([2, 2])
      }),
  )
})
