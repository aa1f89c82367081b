import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, shuffled } from '../../src/core/data/random'
import { convert } from '../../src/core/deploy/convert'
import type { Graph } from '../../src/core/graph/graph'
import { maskReport } from '../../src/core/graph/masks'
import { readCheckpoint, writeCheckpoint } from '../../src/core/train/checkpoint'
import { trainConfig } from '../../src/core/train/config'
import type { TrainConfig } from '../../src/core/train/config'
import { fit, startEpoch } from '../../src/core/train/fit'
import type { Command, FitHooks, FitResult, FitState, TrainingData } from '../../src/core/train/fit'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import { createTrainer } from '../../src/core/train/trainer'
import type { Trainer, TrainerOptions } from '../../src/core/train/trainer'
import { chooseBackend } from '../../src/node/backends/index'
import type { RunningBackend } from '../../src/node/backends/index'
import { quantizedNetwork } from '../helpers/quantized'

const [size, batchSize, samples, classes] = [16, 32, 1024, 8]
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
const weight = 'wide.conv.weight'

/** Each colour is bright or dark: three bits of the class. */
function picture(index: number): { readonly image: Uint8Array; readonly label: number } {
  const label = index % classes
  const random = createRandom(7, index)
  const image = Uint8Array.from(
    { length: size * size * 3 },
    (_, position) => ((label >> (position % 3)) & 1 ? 130 : 90) + random.integer(80),
  )
  return { image, label }
}

function batchOf(indices: readonly number[]): ImageBatch {
  const pictures = indices.map(picture)
  const images = new Uint8Array(indices.length * size * size * 3)
  pictures.forEach(({ image }, position) => images.set(image, position * image.length))
  return { images, labels: Int32Array.from(pictures, ({ label }) => label), height: size, width: size }
}

const data: TrainingData = {
  stepsPerEpoch: samples / batchSize,
  async *trainBatches(epoch, firstStep) {
    const order = [...shuffled(samples, createRandom(3, epoch))]
    for (let step = firstStep; step < samples / batchSize; step++)
      yield batchOf(order.slice(step * batchSize, (step + 1) * batchSize))
  },
  async *validationBatches() {
    yield batchOf(Array.from({ length: 100 }, (_, index) => 5000 + index))
  },
}

const config = (changes: Partial<TrainConfig> = {}): TrainConfig =>
  trainConfig.parse({
    epochs: 2,
    batchSize,
    learningRate: 3e-3,
    optimizer: 'adam',
    schedule: 'cosine',
    weightDecay: 0,
    labelSmoothing: 0,
    ...changes,
  })

const hooks = (changes: Partial<FitHooks> = {}): FitHooks => ({
  onEvent: () => undefined,
  onCheckpoint: async () => undefined,
  command: (): Command => 'run',
  now: () => performance.now(),
  ...changes,
})

let running: RunningBackend
let start: Graph
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
  // Nothing is deployed here, so the weights may use the full range on every CPU.
  start = await quantizedNetwork('tiny-cnn', { classes, size, channels: 8 }, { weightRange: 'full' })
})
afterAll(() => running.dispose())

const trainerOf = (settings: TrainConfig, graph = start, options: TrainerOptions = {}): Trainer =>
  createTrainer(graph, settings, data.stepsPerEpoch, normalization, options)

async function trained(
  settings = config(),
  graph = start,
  options: TrainerOptions = {},
): Promise<FitResult & { readonly graph: Graph }> {
  const trainer = trainerOf(settings, graph, options)
  const result = await fit(trainer, data, settings, hooks(), undefined, { keepsStart: true })
  const trainedGraph = trainer.graphOf(result.chosen)
  trainer.dispose()
  return { ...result, graph: trainedGraph }
}

/** The graph after a training that works: a start that knows something. */
let taught: Graph
beforeAll(async () => {
  taught = (await trained(config({ epochs: 6 }))).graph
}, 120_000)

describe('training for quantization', () => {
  it('learns through the rounding, and counts the start as a checkpoint', async () => {
    const starts: number[] = []
    const settings = config({ epochs: 6 })
    const { state } = await fit(
      trainerOf(settings),
      data,
      settings,
      hooks({ onEvent: (event) => void (event.kind === 'start' && starts.push(event.valAccuracy)) }),
      undefined,
      { keepsStart: true },
    )
    expect(starts).toHaveLength(1)
    expect(starts[0]).toBeLessThan(0.4)
    expect(state.best?.score).toBeGreaterThan(0.8)
  })

  it('moves float weights and leaves fixed scales alone', async () => {
    const { graph } = await trained()
    expect(graph.initializers.get(weight)?.data).not.toEqual(start.initializers.get(weight)?.data)
    expect(graph.qparams).toEqual(start.qparams)
  })

  it('moves scales that are learned, and keeps zero points', async () => {
    const { graph } = await trained(config(), start, { learnScales: true })
    const moved = [...graph.qparams].filter(([name, { scale }]) =>
      scale.some((value, index) => Math.abs(value / (start.qparams.get(name)?.scale[index] ?? 0) - 1) > 1e-4),
    )
    expect(moved.length).toBeGreaterThan(start.qparams.size / 2)
    for (const [name, { scale, zeroPoint }] of graph.qparams) {
      expect([name, scale.every((value) => value > 0 && Number.isFinite(value))]).toEqual([name, true])
      expect([name, zeroPoint]).toEqual([name, start.qparams.get(name)?.zeroPoint])
    }
  })

  it('keeps masked weights at zero in the integers, and counts the zeros of rounding apart', async () => {
    const mask = Uint8Array.from(start.initializers.get(weight)?.data ?? [], (_, index) => Number(index % 10 < 3))
    const { graph } = await trained(config(), { ...start, masks: new Map([[weight, mask]]) })
    const { graph: written } = convert(graph)
    const integers = [...(written.initializers.get(`${weight}/quantized`)?.data ?? [])]
    expect(integers.filter((value, index) => mask[index] === 0 && value !== 0)).toEqual([])
    const masked = mask.filter((keep) => keep === 0).length
    expect(maskReport(written)).toEqual({
      masked,
      otherZeros: integers.filter((value) => value === 0).length - masked,
      total: mask.length,
    })
    expect(integers.filter((value) => value !== 0).length).toBeGreaterThan(0)
  })

  it('is never below its start: with nothing better, the start is the result', async () => {
    const scores = [0.9, 0.7, 0.9]
    const settings = config()
    const trainer = trainerOf(settings, taught)
    const score = async (): Promise<{ valAccuracy: number; valLoss: number }> => ({
      valAccuracy: scores.shift() ?? 0,
      valLoss: 1,
    })
    const { state, chosen } = await fit(trainer, data, settings, hooks({ score }), undefined, { keepsStart: true })
    expect(state.history.map(({ valAccuracy }) => valAccuracy)).toEqual([0.7, 0.9])
    expect(state.best).toMatchObject({ epoch: startEpoch, score: 0.9 })
    expect(trainer.graphOf(chosen).initializers.get(weight)?.data).toEqual(taught.initializers.get(weight)?.data)
    trainer.dispose()
  })

  it('stops when the learning rate destroys the network, restores the best checkpoint and says so', async () => {
    const { diverged, state, graph } = await trained(
      config({ learningRate: 10, epochs: 30, schedule: 'constant' }),
      taught,
    )
    expect(diverged).toMatch(/^training diverged in epoch \d+, step \d+: .*; reduce the learning rate \(now 10\.0\)$/)
    expect(state.epoch).toBeLessThan(5)
    expect(graph.initializers.get(weight)?.data).toEqual(taught.initializers.get(weight)?.data)
  })

  it('ends with the same bits when it is stopped in the middle of an epoch and resumed from its file', async () => {
    const settings = config({ emaDecay: 0.9 })
    const run = (changes: Partial<FitHooks>, from?: FitState): Promise<FitResult> =>
      fit(trainerOf(settings, taught), data, settings, hooks(changes), from, { keepsStart: true })
    const refresh: FitHooks['refresh'] = async (snapshot) => ({
      ...snapshot,
      vectors: { ...snapshot.vectors, quantization: snapshot.vectors.quantization!.map((value) => value * 1) },
    })
    const whole = await run({ refresh })
    const checkpoints: FitState[] = []
    let asked = 0
    await run({
      refresh,
      command: () => (++asked === 40 ? 'stop' : 'run'),
      onCheckpoint: async (state) => void checkpoints.push(state),
    })
    expect(checkpoints.at(-1)).toMatchObject({ epoch: 1, stepInEpoch: 8 })
    const { state } = readCheckpoint(writeCheckpoint(checkpoints.at(-1) as FitState, {}), 'test')
    const resumed = await run({ refresh }, state)
    expect(resumed.state.snapshot.vectors).toEqual(whole.state.snapshot.vectors)
    expect([resumed.state.best?.epoch, resumed.state.best?.score]).toEqual([
      whole.state.best?.epoch,
      whole.state.best?.score,
    ])
  })

  it('takes quantization parameters that are observed again', async () => {
    const trainer = trainerOf(config())
    const snapshot = await trainer.snapshot()
    const wider = new Map(
      [...start.qparams].map(([name, qparams]) => [
        name,
        { ...qparams, scale: qparams.scale.map((value) => value * 2) },
      ]),
    )
    trainer.restore(trainer.withQuantization(snapshot, wider))
    expect(trainer.graphOf(await trainer.snapshot()).qparams).toEqual(wider)
    trainer.dispose()
  })

  it.each([false, true])('leaves no tensors behind, scales learned: %s', async (learnScales) => {
    const trainer = trainerOf(config(), start, { learnScales })
    const batch = batchOf([0, 1, 2, 3])
    const step = async (): Promise<void> => {
      const { loss, correct } = trainer.trainStep(batch)
      tf.dispose([loss, correct])
      await trainer.evaluate(batch)
    }
    await step()
    const before = tf.memory().numTensors
    for (let index = 0; index < 5; index++) await step()
    expect(tf.memory().numTensors).toBe(before)
    trainer.dispose()
  })
})
