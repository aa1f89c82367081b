import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { createExecutor } from '../../src/core/execute/executor'
import { activate, reluGradient, relu6, relu6Gradient } from '../../src/core/kernels/activations'
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
import { architectures } from '../../src/core/architectures/index'
import { readCheckpoint, writeCheckpoint } from '../../src/core/train/checkpoint'
import { trainConfig } from '../../src/core/train/config'
import { fit } from '../../src/core/train/fit'
import type { FitHooks, TrainingData } from '../../src/core/train/fit'
import { crossEntropy } from '../../src/core/train/loss'
import { halfTypes } from '../../src/core/kernels/precision'
import type { HalfType, Precision } from '../../src/core/kernels/precision'
import { createNormalizer } from '../../src/core/train/normalizer'
import { createTeacher } from '../../src/core/train/teacher'
import { createTrainer } from '../../src/core/train/trainer'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { randomTensor, values } from './kernelsReference'
import { atLeast } from '../../src/shared/atLeast'

/** Half the distance between 1 and its neighbour. */
const roundingOf: Readonly<Record<HalfType, number>> = { bfloat16: 2 ** -8, float16: 2 ** -11 }

const { available } = await tensorflowBackend.available()

describe.skipIf(!available)('mixed precision on TensorFlow', () => {
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

    it('a teacher scores as in fp32 but for the rounding, and keeps no tensor of it', () => {
      const graph = architectures.get('mobilenet-v2').build({ size: 32, width: 0.5 }, 1)
      const [full, half] = atLeast(
        2,
        (['fp32', type] as const).map((precision) =>
          createTeacher(graph, createNormalizer({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }), precision),
        ),
      )
      const given = batch(3)
      const large = {
        ...given,
        images: Uint8Array.from({ length: 32 * 32 * 32 * 3 }, (_, at) => given.images[at % given.images.length]!),
        height: 32,
        width: 32,
      }
      const [expected, actual] = atLeast(
        2,
        [full, half].map((teacher) => tf.tidy(() => values(teacher.logits(large)))),
      )
      const largest = Math.max(...expected.map(Math.abs))
      expect(largest).toBeGreaterThan(0)
      expect(Math.max(...actual.map((value, at) => Math.abs(value - expected[at]!))) / largest).toBeLessThan(
        16 * roundingOf[type],
      )
      const before = tf.memory().numTensors
      half.logits(large).dispose()
      expect(tf.memory().numTensors).toBe(before)
      for (const teacher of [full, half]) teacher.dispose()
    })

    it('passes what is not a number', () =>
      tf.tidy(() => {
        const spec = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const
        expect(
          values(conv2d(toHalf(tf.tensor4d([NaN, 1], [1, 1, 2, 1]), type), toHalf(tf.ones([1, 1, 1, 3]), type), spec)),
        ).toEqual([NaN, NaN, NaN, 1, 1, 1])
        expect(values(relu6(toHalf(tf.tensor1d([NaN, 7]), type)))).toEqual([NaN, 6])
      }))

    it.each(['tiny-cnn', 'resnet-20', 'mobilenet-v3-small'])(
      '%s has the gradients of fp32 but for the rounding, all of them in fp32',
      (id) => {
        const graph = architectures.get(id).build({ size: 32 }, 1)
        const executors = (['fp32', type] as const).map((precision) => createExecutor(graph, { precision }))
        const parameters = new Map(
          executors[0]!.parameters.map(
            ({ name, shape }) => [name, tf.tensor(executors[0]!.pack(name), [...shape])] as const,
          ),
        )
        const images = randomTensor([16, 32, 32, 3], 3) as tf.Tensor4D
        const targets = tf.tidy(() =>
          tf.cast(
            tf.oneHot(
              tf.tensor1d(
                Array.from({ length: 16 }, (_, index) => index % 10),
                'int32',
              ),
              10,
            ),
            'float32',
          ),
        ) as tf.Tensor2D
        const [full, half] = atLeast(
          2,
          executors.map((executor) => executor.step(images, parameters, (logits) => crossEntropy(logits, targets))),
        )
        const all = (gradients: ReadonlyMap<string, tf.Tensor>): readonly number[] =>
          [...full.gradients.keys()].flatMap((name) => [...(gradients.get(name) as tf.Tensor).dataSync()])
        const [expected, actual] = [all(full.gradients), all(half.gradients)]
        const norm = (numbers: readonly number[]): number =>
          Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0))
        expect(norm(actual.map((value, index) => value - expected[index]!)) / norm(expected)).toBeLessThan(
          type === 'bfloat16' ? 0.2 : 0.08,
        )
        expect(Math.abs(half.loss.dataSync()[0]! - full.loss.dataSync()[0]!)).toBeLessThan(0.01)
        for (const { loss, logits, gradients, statistics } of [full, half])
          tf.dispose([loss, logits, ...gradients.values(), ...statistics.values()])
        tf.dispose([images, targets, ...parameters.values()])
        executors.forEach((executor) => executor.dispose())
      },
    )
  })

  const side = 16
  /** Bright above or below, left or right: a task that a small network learns in some steps. */
  function batch(seed: number, count = 32): ImageBatch {
    const random = createRandom(seed)
    const labels = Int32Array.from({ length: count }, () => random.integer(4))
    const images = new Uint8Array(count * side * side * 3)
    for (let at = 0; at < images.length; at++) {
      const [pixel, image] = [Math.floor(at / 3) % (side * side), Math.floor(at / (3 * side * side))]
      const quarter = (Math.floor(pixel / side) < side / 2 ? 0 : 2) + (pixel % side < side / 2 ? 0 : 1)
      images[at] = random.integer(160) + (quarter === labels[image] ? 40 : 0)
    }
    return { images, labels, height: side, width: side }
  }

  const config = trainConfig.parse({
    epochs: 4,
    batchSize: 32,
    learningRate: 0.05,
    schedule: 'constant',
    emaDecay: 0.9,
  })
  const trainerOf = (precision: Precision): Trainer =>
    createTrainer(
      architectures.get('tiny-cnn').build({ classes: 4, size: side }, 5),
      config,
      20,
      { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      { precision },
    )
  const data: TrainingData = {
    stepsPerEpoch: 20,
    async *trainBatches(epoch, firstStep) {
      for (let step = firstStep; step < 20; step++) yield batch(1000 * epoch + step)
    },
    async *validationBatches() {
      for (let index = 0; index < 8; index++) yield batch(90_000 + index)
    },
  }
  const hooks: FitHooks = {
    onEvent: () => undefined,
    onCheckpoint: async () => undefined,
    command: () => 'run',
    now: () => performance.now(),
  }

  function take(
    trainer: Trainer,
    seed: number,
  ): { readonly loss: number; readonly lossScale: readonly number[] | undefined } {
    const { loss, correct, lossScale } = trainer.trainStep(batch(seed))
    const taken = { loss: loss.dataSync()[0]!, lossScale: lossScale && [...lossScale.dataSync()] }
    tf.dispose([loss, correct, ...(lossScale ? [lossScale] : [])])
    return taken
  }

  it('learns what fp32 learns', async () => {
    const scores: number[] = []
    for (const precision of ['fp32', ...halfTypes] as const) {
      const trainer = trainerOf(precision)
      const { state } = await fit(trainer, data, config, hooks)
      scores.push(state.history.at(-1)?.valAccuracy ?? 0)
      trainer.dispose()
    }
    expect(Math.min(...scores)).toBeGreaterThan(0.9)
    expect(Math.max(...scores) - Math.min(...scores)).toBeLessThan(0.05)
  })

  it.each(halfTypes)(
    'goes on from a checkpoint in %s with the same bits, the loss scale among them',
    async (precision) => {
      const first = trainerOf(precision)
      for (let step = 0; step < 3; step++) take(first, step)
      const snapshot = await first.snapshot()
      expect('lossScale' in snapshot.vectors).toBe(precision === 'float16')
      const { state } = readCheckpoint(
        writeCheckpoint({ snapshot, epoch: 0, stepInEpoch: 3, history: [] }, {}),
        'checkpoint',
      )
      const second = trainerOf(precision)
      second.restore(state.snapshot)
      for (const trainer of [first, second]) for (let step = 3; step < 6; step++) take(trainer, step)
      expect((await second.snapshot()).vectors).toEqual((await first.snapshot()).vectors)
      for (const trainer of [first, second]) trainer.dispose()
    },
  )

  it('begins with a fresh loss scale from a checkpoint in fp32, and gives its weights back to fp32', async () => {
    const [full, half] = [trainerOf('fp32'), trainerOf('float16')]
    half.restore(await full.snapshot())
    expect(take(half, 1).lossScale?.slice(0, 2)).toEqual([2 ** 16, 1])
    full.restore(await half.snapshot())
    expect(Number.isFinite(take(full, 1).loss)).toBe(true)
    for (const trainer of [full, half]) trainer.dispose()
  })

  it.each(halfTypes)('keeps no tensor of its steps in %s', (precision) => {
    const trainer = trainerOf(precision)
    take(trainer, 0)
    const before = tf.memory().numTensors
    for (let step = 1; step < 100; step++) take(trainer, step)
    expect(tf.memory().numTensors).toBe(before)
    trainer.dispose()
  })

  it('skips a step whose gradients overflow, changes nothing else by it, and halves the scale', async () => {
    const trainer = trainerOf('float16')
    const { step, vectors } = await trainer.snapshot()
    trainer.restore({ step, vectors: { ...vectors, lossScale: Float32Array.of(2 ** 24, 5, 1, 0) } })
    const { loss, lossScale } = take(trainer, 1)
    expect(Number.isFinite(loss)).toBe(true)
    expect(lossScale).toEqual([2 ** 23, 0, 2 ** 24, 1])
    const { vectors: skipped } = await trainer.snapshot()
    for (const name of ['parameters', 'statistics', 'slot.velocity']) expect(skipped[name]).toEqual(vectors[name])
    let state = lossScale
    for (let tries = 0; tries < 24 && state?.[3] === 1; tries++) state = take(trainer, 1).lossScale
    expect(state?.[3]).toBe(0)
    expect((await trainer.snapshot()).vectors['parameters']).not.toEqual(vectors['parameters'])
    trainer.dispose()
  })

  it('says how many steps were skipped', async () => {
    const trainer = trainerOf('float16')
    const { step, vectors } = await trainer.snapshot()
    const skipped: number[] = []
    const start = {
      snapshot: { step, vectors: { ...vectors, lossScale: Float32Array.of(2 ** 24, 0, 1, 0) } },
      epoch: 0,
      stepInEpoch: 0,
      history: [],
    }
    await fit(
      trainer,
      data,
      { ...config, epochs: 1 },
      { ...hooks, onEvent: (event) => void (event.kind === 'step' && skipped.push(event.skippedSteps ?? 0)) },
      start,
    )
    expect(skipped.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
    trainer.dispose()
  })

  it('ends a run whose gradients are not finite without a scale', async () => {
    const trainer = trainerOf('float16')
    const { step, vectors } = await trainer.snapshot()
    const original = tf.getKernel('NNOptConv2dFilterGradient', 'tensorflow')
    tf.unregisterKernel('NNOptConv2dFilterGradient', 'tensorflow')
    tf.registerKernel({ ...original, kernelFunc: ({ attrs }) => tf.fill(attrs?.['filterShape'] as number[], NaN) })
    try {
      const start = {
        snapshot: { step, vectors: { ...vectors, lossScale: Float32Array.of(2, 0, 1, 0) } },
        epoch: 0,
        stepInEpoch: 0,
        history: [],
      }
      await expect(fit(trainer, data, config, hooks, start)).rejects.toThrow(
        expect.objectContaining({
          code: 'diverged',
          message: expect.stringContaining('the gradients are not finite even without a loss scale'),
        }),
      )
    } finally {
      tf.unregisterKernel('NNOptConv2dFilterGradient', 'tensorflow')
      tf.registerKernel(original)
    }
    expect((await trainer.snapshot()).vectors['parameters']).toEqual(vectors['parameters'])
    trainer.dispose()
  })
})
