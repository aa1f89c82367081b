import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import { halfTypes } from '../../src/core/kernels/precision'
import type { Precision } from '../../src/core/kernels/precision'
import { readCheckpoint, writeCheckpoint } from '../../src/core/train/checkpoint'
import { trainConfig } from '../../src/core/train/config'
import { fit } from '../../src/core/train/fit'
import type { FitHooks, TrainingData } from '../../src/core/train/fit'
import { createTrainer } from '../../src/core/train/trainer'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { quarterBatch, side } from '../helpers/quarterTask'

const { available } = await tensorflowBackend.available()

describe.skipIf(!available)('training in mixed precision on TensorFlow', () => {
  let running: RunningBackend

  beforeAll(async () => {
    running = await tensorflowBackend.create()
  })

  afterAll(() => running.dispose())

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
      for (let step = firstStep; step < 20; step++) yield quarterBatch(1000 * epoch + step)
    },
    async *validationBatches() {
      for (let index = 0; index < 8; index++) yield quarterBatch(90_000 + index)
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
    const { loss, correct, lossScale } = trainer.trainStep(quarterBatch(seed))
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
