import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  activate,
  activationGradient,
  relu,
  relu6,
  relu6Gradient,
  reluGradient,
} from '../../src/core/kernels/activations'
import type { FusedActivation } from '../../src/core/kernels/activations'
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
import type { RunningBackend } from '../../src/node/backends/index'
import type { WasmKernelBackend } from '../../src/node/backends/wasm/heap'
import { wasmBackend } from '../../src/node/backends/wasm/index'
import { randomTensor, values } from './kernelsReference'
import { byReference } from './wasmReference'

let running: RunningBackend
beforeAll(async () => {
  running = await wasmBackend.create()
})
afterAll(() => running.dispose())

function expectSame(compute: () => readonly tf.Tensor[], tolerance = 1e-4): void {
  tf.tidy(() => {
    const ours = compute()
    const theirs = byReference(compute)
    expect(ours.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
      theirs.map(({ shape, dtype }) => ({ shape, dtype })),
    )
    ours.forEach((tensor, index) => {
      const expected = values(theirs[index]!)
      const worst = values(tensor).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!))),
        0,
      )
      expect(worst).toBeLessThan(tolerance)
    })
  })
}

const size = fc.integer({ min: 1, max: 11 })
const small = fc.integer({ min: 1, max: 4 })
const pad = fc.integer({ min: 0, max: 2 })
/** Channel counts around the width of a register and of a strip of four. */
const channels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 33)
const geometry = fc
  .record({
    n: small,
    h: size,
    w: size,
    kh: small,
    kw: small,
    strideH: fc.integer({ min: 1, max: 3 }),
    strideW: fc.integer({ min: 1, max: 3 }),
    pads: fc.tuple(pad, pad, pad, pad),
  })
  .filter(({ h, w, kh, kw, pads: [top, left, bottom, right] }) => h + top + bottom >= kh && w + left + right >= kw)
const runs = { numRuns: 40, seed: 1 }

describe('random geometries on wasm agree with the reference', () => {
  it('convolution and its gradients', () => {
    fc.assert(
      fc.property(geometry, channels, channels, ({ n, h, w, kh, kw, strideH, strideW, pads }, c, o) => {
        const spec: ConvSpec = { strides: [strideH, strideW], dilations: [1, 1], pads }
        const [x, filter] = [randomTensor([n, h, w, c], 1), randomTensor([kh, kw, c, o], 2)]
        expectSame(() => {
          const y = conv2d(x, filter, spec)
          const dy = randomTensor(y.shape, 3)
          return [y, conv2dInputGradient(dy, filter, x.shape, spec), conv2dFilterGradient(x, dy, filter.shape, spec)]
        })
        tf.dispose([x, filter])
      }),
      runs,
    )
  })

  it('depthwise convolution and its gradients', () => {
    fc.assert(
      fc.property(
        geometry,
        channels,
        fc.constantFrom(1, 1, 1, 2),
        ({ n, h, w, kh, kw, strideH, strideW, pads }, c, multiplier) => {
          const spec: ConvSpec = { strides: [strideH, strideW], dilations: [1, 1], pads }
          const [x, filter] = [randomTensor([n, h, w, c], 1), randomTensor([kh, kw, c, multiplier], 2)]
          expectSame(() => {
            const y = depthwiseConv2d(x, filter, spec)
            const dy = randomTensor(y.shape, 3)
            return [
              y,
              depthwiseConv2dInputGradient(dy, filter, x.shape, spec),
              depthwiseConv2dFilterGradient(x, dy, filter.shape, spec),
            ]
          })
          tf.dispose([x, filter])
        },
      ),
      runs,
    )
  })

  it('matMul, either side transposed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        channels,
        channels,
        fc.boolean(),
        fc.boolean(),
        (depth, rows, columns, transposeA, transposeB) => {
          const a = randomTensor(transposeA ? [depth, rows] : [rows, depth], 1)
          const b = randomTensor(transposeB ? [columns, depth] : [depth, columns], 2)
          expectSame(() => [matMul(a, b, transposeA, transposeB)])
          tf.dispose([a, b])
        },
      ),
      runs,
    )
  })

  it('batch normalization, with and without an activation', () => {
    const activations = fc.constantFrom<FusedActivation>('none', 'relu', 'relu6')
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 150 }), channels, activations, (rows, c, activation) => {
        const x = randomTensor([rows, c], 1)
        const [scale, shift, dy] = [
          tf.mul(randomTensor([c], 2), 4),
          tf.mul(randomTensor([c], 3), 4),
          randomTensor([rows, c], 4),
        ]
        expectSame(() => {
          const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, 1e-3, activation)
          const { dx, dScale, dShift } = batchNormTrainGradient(dy, x, scale, saved, 1e-3, activation)
          return [y, mean, variance, dx, dScale, dShift, batchNormInference(x, mean, variance, scale, shift, 1e-3)]
        }, 1e-3)
        tf.dispose([x, scale, shift, dy])
      }),
      runs,
    )
  })

  it('activations, bias gradients and fake quantization', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), channels, (rows, c) => {
        const [x, dy] = [tf.mul(randomTensor([rows, c], 1), 9), randomTensor([rows, c], 2)]
        const [scales, zeros] = [
          tf.add(tf.mul(randomTensor([c], 3), 0.01), 0.05),
          tf.round(tf.mul(randomTensor([c], 4), 20)),
        ]
        expectSame(() => [
          relu(x),
          relu6(x),
          reluGradient(dy, relu(x)),
          relu6Gradient(dy, relu6(x)),
          biasGradient(dy),
          fakeQuant(x, scales, zeros, -128, 127),
          fakeQuantGradient(dy, x, scales, zeros, -128, 127),
          fakeQuant(x, tf.scalar(0.04), tf.scalar(3), 0, 255),
          fakeQuantGradient(dy, x, tf.scalar(0.04), tf.scalar(3), 0, 255),
        ])
        tf.dispose([x, dy, scales, zeros])
      }),
      runs,
    )
  })
})

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
