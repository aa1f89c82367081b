import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, shuffled } from '../../src/core/data/random'
import type { Graph } from '../../src/core/graph/graph'
import type { TensorData } from '../../src/core/graph/tensorData'
import { architectures } from '../../src/core/architectures/index'
import { readCheckpoint, writeCheckpoint } from '../../src/core/train/checkpoint'
import { trainConfig } from '../../src/core/train/config'
import type { TrainConfig } from '../../src/core/train/config'
import type { FitEvent } from '../../src/core/train/events'
import { fit } from '../../src/core/train/fit'
import type { Command, FitHooks, FitState, TrainingData } from '../../src/core/train/fit'
import { createTrainer } from '../../src/core/train/trainer'
import { overridden } from '../helpers/overridden'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { chooseBackend } from '../../src/node/backends/index'
import { atLeast } from '../../src/shared/atLeast'

let running: RunningBackend
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
})
afterAll(() => running.dispose())

const size = 8
const samples = 96

/** One of three colours with noise: easy, but not without learning. */
function picture(index: number): { readonly image: Uint8Array; readonly label: number } {
  const label = index % 3
  const random = createRandom(7, index)
  const image = Uint8Array.from(
    { length: size * size * 3 },
    (_, position) => (position % 3 === label ? 140 : 90) + random.integer(80),
  )
  return { image, label }
}

function batchOf(indices: readonly number[]): ImageBatch {
  const pictures = indices.map(picture)
  const images = new Uint8Array(indices.length * size * size * 3)
  pictures.forEach(({ image }, position) => images.set(image, position * image.length))
  return { images, labels: Int32Array.from(pictures, ({ label }) => label), height: size, width: size }
}

/** Batches of 16 that depend on the epoch alone. */
const data: TrainingData = {
  stepsPerEpoch: samples / 16,
  async *trainBatches(epoch, firstStep) {
    const order = [...shuffled(samples, createRandom(3, epoch))]
    for (let step = firstStep; step < samples / 16; step++) yield batchOf(order.slice(step * 16, (step + 1) * 16))
  },
  async *validationBatches() {
    yield batchOf(Array.from({ length: 30 }, (_, index) => 1000 + index))
  },
}

const config = (changes: Partial<TrainConfig> = {}): TrainConfig =>
  trainConfig.parse({ epochs: 3, batchSize: 16, learningRate: 0.1, ...changes })
const model = (): Graph => architectures.get('tiny-cnn').build({ classes: 3, size, channels: 4 }, 5)
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
const trainerOf = (settings: TrainConfig, graph = model()): Trainer =>
  createTrainer(graph, settings, data.stepsPerEpoch, normalization)

interface Recorder extends FitHooks {
  readonly events: FitEvent[]
  readonly checkpoints: FitState[]
}

function recorder(command: (asked: number) => Command = () => 'run'): Recorder {
  const events: FitEvent[] = []
  const checkpoints: FitState[] = []
  let asked = 0
  return {
    events,
    checkpoints,
    onEvent: (event) => void events.push(event),
    onCheckpoint: async (state) => void checkpoints.push(state),
    command: () => command(++asked),
    now: () => performance.now(),
  }
}

describe('training', () => {
  it('learns, and keeps the best epoch', async () => {
    const hooks = recorder()
    const settings = config({ epochs: 6 })
    const { chosen, state } = await fit(trainerOf(settings), data, settings, hooks)
    const epochs = hooks.events.filter((event) => event.kind === 'epoch')
    expect(epochs).toHaveLength(6)
    expect(epochs.at(-1)?.trainLoss).toBeLessThan(epochs[0]!.trainLoss)
    expect(Math.max(...epochs.map((epoch) => epoch.valAccuracy ?? 0))).toBeGreaterThan(0.8)
    expect(chosen).toBe(state.best?.snapshot)
  })

  it.each(['sgd', 'adam', 'adamw'])('gives the same bits twice with %s', async (optimizer) => {
    const settings = config({ optimizer, learningRate: 0.01, emaDecay: 0.9, epochs: 2 })
    const [first, second] = await Promise.all([
      fit(trainerOf(settings), data, settings, recorder()),
      fit(trainerOf(settings), data, settings, recorder()),
    ])
    expect(second.state.snapshot.vectors).toEqual(first.state.snapshot.vectors)
  })

  it('ends with the same bits when it is stopped in the middle of an epoch and resumed from its file', async () => {
    const settings = config({ emaDecay: 0.9 })
    const whole = await fit(trainerOf(settings), data, settings, recorder())
    const hooks = recorder((asked) => (asked === 9 ? 'stop' : 'run'))
    const part = await fit(trainerOf(settings), data, settings, hooks)
    expect(part.stopped).toBe(true)
    expect(part.state).toMatchObject({ epoch: 1, stepInEpoch: 3 })
    const { state } = readCheckpoint(writeCheckpoint(hooks.checkpoints.at(-1) as FitState, { seed: 0 }), 'test')
    const resumed = await fit(trainerOf(settings), data, settings, recorder(), state)
    expect(resumed.state.snapshot.vectors).toEqual(whole.state.snapshot.vectors)
    expect(resumed.state.best?.epoch).toBe(whole.state.best?.epoch)
  })

  it('keeps masked weights at zero, in the averages too', async () => {
    const graph = model()
    const name = 'wide.conv.weight'
    const weights = graph.initializers.get(name) as TensorData
    const mask = Uint8Array.from(weights.data, (_, index) => Number(index % 2 === 0))
    const pruned = { ...weights, data: Float32Array.from(weights.data, (value, index) => value * mask[index]!) }
    const settings = config({ epochs: 1, emaDecay: 0.5 })
    const trainer = trainerOf(settings, {
      ...graph,
      initializers: new Map([...graph.initializers, [name, pruned]]),
      masks: new Map([[name, mask]]),
    })
    const { chosen } = await fit(trainer, data, settings, recorder())
    const trained = [...(trainer.graphOf(chosen).initializers.get(name)?.data ?? [])]
    expect(trained.filter((value, index) => mask[index] === 0 && value !== 0)).toEqual([])
    expect(trained.filter((value, index) => mask[index] === 1 && value === weights.data[index])).toEqual([])
  })

  it('changes the classifier alone while only the head trains', async () => {
    const settings = config({ epochs: 1, headEpochs: 1 })
    const trainer = trainerOf(settings)
    const before = model().initializers
    const after = trainer.graphOf((await fit(trainer, data, settings, recorder())).chosen).initializers
    const changed = [...before]
      .filter(([name, { data: values }]) => values.some((value, index) => value !== after.get(name)?.data[index]))
      .map(([name]) => name)
    expect(changed.sort()).toEqual(['classifier.bias', 'classifier.weight'])
  })

  it.each(['sgd', 'adam'])('leaves the state of %s untouched where nothing trains', async (optimizer) => {
    const settings = config({ epochs: 1, headEpochs: 1, optimizer, learningRate: 0.01, weightDecay: 0.1 })
    const { state } = await fit(trainerOf(settings), data, settings, recorder())
    const headSize = 3 * 8 + 3
    const slots = Object.entries(state.snapshot.vectors).filter(([name]) => name.startsWith('slot.'))
    expect(slots.map(([, vector]) => vector.filter((value) => value !== 0).length)).toEqual(slots.map(() => headSize))
  })

  it('trains the rest too, but only after the head', async () => {
    const settings = config({ epochs: 2, headEpochs: 1 })
    const trainer = trainerOf(settings)
    const hooks = recorder()
    await fit(trainer, data, settings, hooks)
    const weightAfter = (epoch: number): unknown =>
      trainer.graphOf(hooks.checkpoints[epoch]!.snapshot).initializers.get('stem.conv.weight')?.data
    expect(weightAfter(0)).toEqual(model().initializers.get('stem.conv.weight')?.data)
    expect(weightAfter(1)).not.toEqual(weightAfter(0))
  })

  it('counts an epoch whose last batch has no readable image', async () => {
    const settings = config({ epochs: 1 })
    const hooks = recorder()
    const short: TrainingData = {
      ...data,
      stepsPerEpoch: 100,
      trainBatches: (epoch, step) => data.trainBatches(epoch, step),
    }
    const { state } = await fit(trainerOf(settings), short, settings, hooks)
    const [epoch] = atLeast(
      1,
      hooks.events.filter((event) => event.kind === 'epoch'),
    )
    expect(Number.isFinite(epoch.trainLoss)).toBe(true)
    expect(state).toMatchObject({ epoch: 1, stepInEpoch: 0 })
  })

  it('writes no checkpoint of weights that are not finite', async () => {
    const settings = config({ epochs: 1 })
    const trainer = trainerOf(settings)
    // The second loss comes too soon after the first for an event of its own, and just when a checkpoint is due.
    const clockMs = [299_900, 300_050]
    let now = 0
    const failing = overridden(trainer, {
      stepsDone: 2,
      trainStep: (batch) => {
        now = clockMs.shift() ?? now
        return { ...trainer.trainStep(batch), loss: tf.scalar(clockMs.length > 0 ? 1 : NaN) }
      },
    })
    const hooks = { ...recorder(), now: () => now }
    await expect(fit(failing, data, settings, hooks)).rejects.toMatchObject({ code: 'diverged' })
    expect(hooks.events.map(({ kind }) => kind)).toEqual(['step'])
    expect(hooks.checkpoints).toEqual([])
  })

  it('stops with a reason when the loss leaves the finite numbers, with the best epoch', async () => {
    const settings = config({
      learningRate: 10,
      optimizerParams: { momentum: 0.99 },
      epochs: 40,
      schedule: 'constant',
      weightDecay: 1,
    })
    const { diverged, chosen, state } = await fit(trainerOf(settings), data, settings, recorder())
    expect(diverged).toMatch(
      /^training diverged in epoch \d+, step \d+: the loss is not finite; .*; reduce the learning rate/,
    )
    expect(chosen).toBe(state.best?.snapshot)
  })

  it('stops early when validation no longer improves', async () => {
    const settings = config({ epochs: 50, earlyStoppingPatience: 2, learningRate: 1e-9 })
    const { state } = await fit(trainerOf(settings), data, settings, recorder())
    expect(state.epoch).toBeLessThan(50)
    expect(state.epoch - 1 - (state.best?.epoch ?? 0)).toBe(2)
  })

  it('leaves no tensors behind', async () => {
    const trainer = trainerOf(config({ emaDecay: 0.9 }))
    const batch = batchOf([0, 1, 2, 3])
    const step = async (): Promise<void> => {
      const { loss, correct } = trainer.trainStep(batch)
      tf.dispose([loss, correct])
      await trainer.evaluate(batch)
    }
    await step()
    const before = tf.memory().numTensors
    for (let index = 0; index < 200; index++) await step()
    expect(tf.memory().numTensors).toBe(before)
  })
})
