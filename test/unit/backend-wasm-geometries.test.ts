import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relu, relu6, relu6Gradient, reluGradient } from '../../src/core/kernels/activations'
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
import { randomTensor, values } from './kernelsReference'
import { byReference } from './wasmReference'
import { useWasmBackend } from '../helpers/wasmBackend'

useWasmBackend()

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
