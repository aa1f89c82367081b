import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { FusedActivation } from '../../src/core/kernels/activations'
import { batchNormTrain, batchNormTrainGradient } from '../../src/core/kernels/batchNorm'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import type { ConvSpec } from '../../src/core/kernels/convSpec'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import { maxPoolGradient } from '../../src/core/kernels/maxPool'
import { softmaxCrossEntropy } from '../../src/core/kernels/softmaxCrossEntropy'
import type { RunningBackend } from '../../src/node/backends/index'
import { backends } from '../../src/node/backends/index'
import { inScope } from '../helpers/inScope'

const numbers = z.array(z.number())
const pair = z.tuple([z.number(), z.number()])
const convolution = z.object({
  name: z.string(),
  x: numbers,
  kernel: pair,
  out: z.number().optional(),
  strides: pair,
  pads: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  yShape: numbers,
  y: numbers,
  dx: numbers,
  dw: numbers,
})
const batchNorm = z.object({
  shape: numbers,
  activation: z.enum(['none', 'relu', 'relu6']),
  y: numbers,
  mean: numbers,
  variance: numbers,
  dx: numbers,
  dScale: numbers,
  dShift: numbers,
})
const schema = z.object({
  convolutions: z.array(convolution),
  depthwise: z.array(convolution),
  batchNorms: z.array(batchNorm),
  crossEntropy: z.object({ shape: numbers, labels: numbers, loss: numbers, gradient: numbers }),
  maxPool: z.object({ x: numbers, kernel: pair, strides: pair, yShape: numbers, y: numbers, dx: numbers }),
})

/** Made by test/golden/scripts/kernels.py with torch 2.13.0. */
const golden = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'kernels.json'), 'utf8')))
const epsilon = 1e-5

/** Seeded values in −scale … scale, the same as in the script. */
function uniforms(seed: number, shape: readonly number[], scale = 1): tf.Tensor {
  let state = seed
  const size = shape.reduce((product, dim) => product * dim, 1)
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1
  return tf.tensor(
    Float32Array.from({ length: size }, () => Math.fround(next()) * scale),
    [...shape],
    'float32',
  )
}

async function expectClose(actual: tf.Tensor, expected: readonly number[]): Promise<void> {
  const got = await actual.data()
  expect(got.length).toBe(expected.length)
  const worst = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - got[index]!) / (1 + Math.abs(value))),
    0,
  )
  expect(worst).toBeLessThan(2e-5)
}

const available = new Map(
  await Promise.all(
    backends.list().map(async (backend) => [backend.id, (await backend.available()).available] as const),
  ),
)

describe.each(backends.ids)('training kernels against PyTorch on %s', (id) => {
  if (!available.get(id)) return void it.skip(`${id} is not installed`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get(id).create()
  })
  afterAll(() => running.dispose())

  const specOf = ({ strides, pads }: z.output<typeof convolution>): ConvSpec => ({ strides, dilations: [1, 1], pads })

  it.each(golden.convolutions)('convolution: $name', (expected) =>
    inScope(async () => {
      const spec = specOf(expected)
      const [x, filter, dy] = [
        uniforms(1, expected.x),
        uniforms(2, [...expected.kernel, expected.x[3]!, expected.out ?? 1]),
        uniforms(3, expected.yShape),
      ]
      const y = conv2d(x, filter, spec)
      expect(y.shape).toEqual(expected.yShape)
      await expectClose(y, expected.y)
      await expectClose(conv2dInputGradient(dy, filter, x.shape, spec), expected.dx)
      await expectClose(conv2dFilterGradient(x, dy, filter.shape, spec), expected.dw)
    }),
  )

  it.each(golden.depthwise)('depthwise convolution: $name', (expected) =>
    inScope(async () => {
      const spec = specOf(expected)
      const [x, filter, dy] = [
        uniforms(1, expected.x),
        uniforms(2, [...expected.kernel, expected.x[3]!, 1]),
        uniforms(3, expected.yShape),
      ]
      const y = depthwiseConv2d(x, filter, spec)
      expect(y.shape).toEqual(expected.yShape)
      await expectClose(y, expected.y)
      await expectClose(depthwiseConv2dInputGradient(dy, filter, x.shape, spec), expected.dx)
      await expectClose(depthwiseConv2dFilterGradient(x, dy, filter.shape, spec), expected.dw)
    }),
  )

  it.each(golden.batchNorms)(
    'batch normalization of $shape, activation $activation',
    ({ shape, activation, ...expected }) =>
      inScope(async () => {
        const channels = shape[shape.length - 1]!
        const [x, scale, shift, dy] = [
          uniforms(1, shape, 3),
          uniforms(2, [channels], 4),
          uniforms(3, [channels], 4),
          uniforms(4, shape),
        ]
        const fused: FusedActivation = activation
        const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, epsilon, fused)
        await expectClose(y, expected.y)
        await expectClose(mean, expected.mean)
        const samples = x.size / channels
        // PyTorch normalises with the biased variance, which the file holds, and keeps the unbiased one.
        await expectClose(
          variance,
          expected.variance.map((biased) => (biased * samples) / (samples - 1)),
        )
        const { dx, dScale, dShift } = batchNormTrainGradient(dy, x, scale, saved, epsilon, fused)
        await expectClose(dx, expected.dx)
        await expectClose(dScale, expected.dScale)
        await expectClose(dShift, expected.dShift)
      }),
  )

  it('softmax cross entropy', () =>
    inScope(async () => {
      const { shape, labels, ...expected } = golden.crossEntropy
      const { loss, gradient } = softmaxCrossEntropy(uniforms(1, shape, 8), tf.tensor(labels, shape))
      await expectClose(loss, expected.loss)
      await expectClose(gradient, expected.gradient)
    }))

  it('max pooling', () =>
    inScope(async () => {
      const { x: shape, kernel, strides, yShape, ...expected } = golden.maxPool
      const y = tf.maxPool(uniforms(1, shape) as tf.Tensor4D, kernel, strides, 'valid')
      await expectClose(y, expected.y)
      await expectClose(maxPoolGradient(uniforms(3, yShape), uniforms(1, shape), y, kernel, strides), expected.dx)
    }))
})
