import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activate, relu6, relu6Gradient, reluGradient } from '../../src/core/kernels/activations'
import { batchNormTrain, batchNormTrainGradient } from '../../src/core/kernels/batchNorm'
import { biasActivation } from '../../src/core/kernels/biasActivation'
import { biasGradient } from '../../src/core/kernels/biasGradient'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import { toFloat, toHalf } from '../../src/core/kernels/half'
import { matMul } from '../../src/core/kernels/matMul'
import { halfTypes } from '../../src/core/kernels/precision'
import type { HalfType } from '../../src/core/kernels/precision'
import type { RunningBackend } from '../../src/node/backends'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { roundingOf } from '../helpers/halfRounding'
import { randomTensor, values } from './kernelsReference'

const { available } = await tensorflowBackend.available()

describe.skipIf(!available)('kernels in mixed precision on TensorFlow', () => {
  let running: RunningBackend

  beforeAll(async () => {
    running = await tensorflowBackend.create()
  })

  afterAll(() => running.dispose())

  /** In 16 bits beside fp32 on the same rounded operands: what differs is the rounding of the result, and of what a kernel keeps between. */
  function compare(
    type: HalfType,
    operands: readonly tf.Tensor[],
    compute: (...operands: readonly tf.Tensor[]) => readonly tf.Tensor[],
    tolerance = 2,
  ): void {
    const half = operands.map((operand) => toHalf(operand, type))
    const expected = compute(...half.map(toFloat)).map(values)
    const actual = compute(...half)
    actual.map(values).forEach((result, index) => {
      expect(actual[index]!.shape.reduce((a, b) => a * b, 1)).toBe(expected[index]!.length)
      const largest = expected[index]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const worst = result.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[index]![at]!)), 0)
      expect(largest).toBeGreaterThan(0)
      expect(worst / largest).toBeLessThan(tolerance * roundingOf[type])
    })
  }

  describe.each(halfTypes)('in %s', (type) => {
    it('rounds to the nearest and reads as floats', () =>
      tf.tidy(() => {
        const one = 1 + roundingOf[type]
        expect(values(toHalf(tf.tensor1d([0, 1, -2.5, one, one + 1e-5, NaN, Infinity]), type))).toEqual([
          0,
          1,
          -2.5,
          1,
          1 + 2 * roundingOf[type],
          NaN,
          Infinity,
        ])
      }))

    it.each([
      { m: 1, k: 1, n: 1 },
      { m: 7, k: 5, n: 3 },
      { m: 33, k: 24, n: 48 },
      { m: 64, k: 32, n: 32 },
      { m: 130, k: 9, n: 65 },
      { m: 300, k: 96, n: 24 },
      { m: 4200, k: 6, n: 20 },
      { m: 5003, k: 33, n: 17 },
    ])('pointwise convolution of $m positions, $k to $n channels, and its gradients', ({ m, k, n }) =>
      tf.tidy(() => {
        const spec = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const
        compare(
          type,
          [randomTensor([1, m, 1, k], 1), randomTensor([1, 1, k, n], 2), randomTensor([1, m, 1, n], 3)],
          (x, filter, dy) => [
            conv2d(x, filter, spec),
            conv2dInputGradient(dy, filter, x.shape, spec),
            conv2dFilterGradient(x, dy, filter.shape, spec),
          ],
        )
      }),
    )

    it.each([
      { size: [9, 7], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], channels: [3, 16] },
      { size: [10, 9], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], channels: [16, 8] },
      { size: [8, 8], kernel: [5, 3], strides: [2, 1], pads: [0, 1, 2, 0], channels: [17, 33] },
      { size: [8, 8], kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0], channels: [32, 40] },
      { size: [40, 40], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], channels: [4, 5] },
      { size: [7, 7], kernel: [2, 2], strides: [3, 3], pads: [1, 0, 0, 1], channels: [5, 4] },
    ] as const)(
      'convolution $kernel of $size, strides $strides, pads $pads, $channels channels, and its gradients',
      ({ size: [h, w], kernel, strides, pads, channels: [c, o] }) =>
        tf.tidy(() => {
          const spec = { strides, pads, dilations: [1, 1] } as const
          const [oh, ow] = [
            Math.floor((h + pads[0] + pads[2] - kernel[0]) / strides[0]) + 1,
            Math.floor((w + pads[1] + pads[3] - kernel[1]) / strides[1]) + 1,
          ]
          compare(
            type,
            [randomTensor([3, h, w, c], 1), randomTensor([...kernel, c, o], 2), randomTensor([3, oh, ow, o], 3)],
            (x, filter, dy) => [
              conv2d(x, filter, spec),
              conv2dInputGradient(dy, filter, x.shape, spec),
              conv2dFilterGradient(x, dy, filter.shape, spec),
            ],
            // On the CPU TensorFlow adds up in float16 too.
            type === 'float16' ? 16 : 2,
          )
        }),
    )

    it.each([
      { channels: 16, stride: 1, kernel: 3 },
      { channels: 25, stride: 2, kernel: 3 },
      { channels: 40, stride: 1, kernel: 5 },
      { channels: 5, stride: 2, kernel: 3 },
    ])(
      'depthwise convolution of $channels channels, kernel $kernel, stride $stride, and its gradients',
      ({ channels, stride, kernel }) =>
        tf.tidy(() => {
          const around = (kernel - 1) / 2
          const spec = { strides: [stride, stride], dilations: [1, 1], pads: [around, around, around, around] } as const
          const out = Math.floor((9 - 1) / stride) + 1
          compare(
            type,
            [
              randomTensor([2, 9, 9, channels], 1),
              randomTensor([kernel, kernel, channels, 1], 2),
              randomTensor([2, out, out, channels], 3),
            ],
            (x, filter, dy) => [
              depthwiseConv2d(x, filter, spec),
              depthwiseConv2dInputGradient(dy, filter, x.shape, spec),
              depthwiseConv2dFilterGradient(x, dy, filter.shape, spec),
            ],
            4,
          )
        }),
    )

    it.each(
      (['none', 'relu', 'relu6'] as const).flatMap((activation) =>
        [3, 16, 33].map((channels) => ({ activation, channels })),
      ),
    )('batch normalization of $channels channels with $activation, and its gradients', ({ activation, channels }) =>
      tf.tidy(() => {
        const [scale, shift] = [tf.add(randomTensor([channels], 4), 1.5), tf.add(randomTensor([channels], 5), 0.7)]
        compare(
          type,
          [tf.add(randomTensor([4, 5, 6, channels], 1), 0.5), randomTensor([4, 5, 6, channels], 2)],
          (x, dy) => {
            const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, 1e-5, activation)
            const { dx, dScale, dShift } = batchNormTrainGradient(dy, x, scale, saved, 1e-5, activation)
            return [y, mean, variance, dx, dScale, dShift]
          },
          4,
        )
      }),
    )

    it('activations, products, sums of biases and their gradients', () =>
      tf.tidy(() => {
        compare(
          type,
          [tf.mul(randomTensor([3, 7, 11], 1), 9), randomTensor([3, 7, 11], 2)],
          (x, dy) => [
            relu6(x),
            relu6Gradient(dy, relu6(x)),
            reluGradient(dy, x),
            tf.add(x, dy),
            tf.mul(x, dy),
            biasGradient(dy),
            tf.concat([x, dy], 2),
            tf.reshape(x, [21, 11]),
          ],
          1,
        )
        compare(type, [randomTensor([9, 40], 1), randomTensor([40, 10], 2)], (a, b) => [matMul(a, b)])
      }))

    it.each(
      (['none', 'relu', 'relu6'] as const).flatMap((activation) =>
        [
          [2, 5, 7, 3],
          [3, 4, 4, 16],
          [9, 33],
        ].map((shape) => ({ activation, shape })),
      ),
    )('a bias on $shape and $activation after it', ({ activation, shape }) =>
      tf.tidy(() => {
        const [x, bias] = [tf.mul(randomTensor(shape, 1), 7), randomTensor([shape.at(-1) ?? 1], 2)]
        expect(values(biasActivation(x, bias, activation))).toEqual(values(activate(tf.add(x, bias), activation)))
        compare(type, [x, bias], (x, bias) => [biasActivation(x, bias, activation)], 1)
      }),
    )

    it('passes what is not a number', () =>
      tf.tidy(() => {
        const spec = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const
        expect(
          values(conv2d(toHalf(tf.tensor4d([NaN, 1], [1, 1, 2, 1]), type), toHalf(tf.ones([1, 1, 1, 3]), type), spec)),
        ).toEqual([NaN, NaN, NaN, 1, 1, 1])
        expect(values(relu6(toHalf(tf.tensor1d([NaN, 7]), type)))).toEqual([NaN, 6])
      }))
  })
})
