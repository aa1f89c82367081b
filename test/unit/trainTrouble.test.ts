import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import type { Graph } from '../../src/core/graph/graph'
import { trainConfig } from '../../src/core/train/config'
import { fit } from '../../src/core/train/fit'
import type { FitState, TrainingData } from '../../src/core/train/fit'
import { createTrainer } from '../../src/core/train/trainer'
import type { Trainer, TrainerOptions } from '../../src/core/train/trainer'
import { chooseBackend } from '../../src/node/backends/index'
import type { RunningBackend } from '../../src/node/backends/index'
import { overridden } from '../helpers/overridden'
import { batch, size } from '../helpers/tinyBatch'

let running: RunningBackend
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
})
afterAll(() => running.dispose())

const model = (): Graph => architectures.get('tiny-cnn').build({ classes: 3, size, channels: 4 }, 5)
const config = trainConfig.parse({ epochs: 4, batchSize: 8, learningRate: 0.05, schedule: 'constant' })
const trainerOf = (graph: Graph, options: TrainerOptions = {}): Trainer =>
  createTrainer(
    graph,
    config,
    2,
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    { readsAtOnce: running.readsSynchronously, ...options },
  )

/** The model with one number of a parameter replaced. */
function poisoned(name: string, value: number): Graph {
  const graph = model()
  const tensor = graph.initializers.get(name)
  if (!tensor) throw new Error(`no '${name}' among ${[...graph.initializers.keys()].join(', ')}`)
  const data = Float32Array.from(tensor.data)
  data[0] = value
  return { ...graph, initializers: new Map([...graph.initializers, [name, { ...tensor, data }]]) }
}

const weights = (): readonly string[] =>
  model()
    .nodes.filter(({ op }) => op === 'Conv')
    .map(({ inputs }) => inputs[1]!)

/** Where the step's loss left the finite numbers, or undefined. */
async function stepOnce(trainer: Trainer): Promise<string | undefined> {
  const { loss, correct, lost, explain } = trainer.trainStep(batch(8))
  tf.dispose([loss, correct])
  return lost ? explain?.() : undefined
}

/** Computes with a kernel whose results of one shape are not numbers. */
async function withNaN(
  kernelName: string,
  shapeOf: string,
  shape: readonly number[],
  run: () => Promise<void>,
): Promise<void> {
  const original = tf.getKernel(kernelName, 'wasm')
  const replace = (config: tf.KernelConfig): void => {
    tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel(config)
  }
  replace({
    ...original,
    kernelFunc: (call) => {
      const result = original.kernelFunc(call) as tf.TensorInfo
      if (String(call.attrs?.[shapeOf]) !== String(shape)) return result
      return tf.fill([...shape], NaN)
    },
  })
  try {
    await run()
  } finally {
    replace(original)
  }
}

describe('a gradient that is not finite while its loss is', () => {
  const filter = { name: weights()[2], shape: [3, 3, 4, 8] }
  const data = (stepsPerEpoch: number): TrainingData => ({
    stepsPerEpoch,
    async *trainBatches(epoch) {
      for (let step = 0; step < stepsPerEpoch; step++) yield batch(8, epoch + 50 * step)
    },
    async *validationBatches() {
      yield batch(12, 9)
    },
  })
  const hooks = {
    onEvent: () => undefined,
    onCheckpoint: async () => undefined,
    command: () => 'run' as const,
    now: () => performance.now(),
  }

  it('is named by the parameter that it spoils, at the next step', () =>
    withNaN('NNOptConv2dFilterGradient', 'filterShape', filter.shape, async () => {
      const trainer = trainerOf(model())
      expect(await stepOnce(trainer)).toBeUndefined()
      expect(await stepOnce(trainer)).toContain(`parameter '${filter.name}' of layer`)
    }))

  it('is named by the last layer that it reaches when it spoils those before as well', () =>
    withNaN('NNOptConv2dInputGradient', 'xShape', [8, 4, 4, 4], async () => {
      const trainer = trainerOf(model())
      expect(await stepOnce(trainer)).toBeUndefined()
      expect(await stepOnce(trainer)).toContain("of layer 'depthwise.norm'")
    }))

  it('keeps such weights out of checkpoints and gives the best ones back', async () => {
    const trainer = trainerOf(model())
    const first = await fit(trainer, data(2), { ...config, epochs: 1 }, hooks)
    const sound: boolean[] = []
    await withNaN('NNOptConv2dFilterGradient', 'filterShape', filter.shape, async () => {
      const onCheckpoint = async ({ snapshot }: FitState): Promise<void> =>
        void sound.push(trainer.nonFiniteIn(snapshot) === undefined)
      const result = await fit(trainer, data(1), { ...config, epochs: 2 }, { ...hooks, onCheckpoint }, first.state)
      expect(result.diverged).toContain(`parameter '${filter.name}'`)
      expect(result.chosen).toBe(first.state.best?.snapshot)
    })
    expect(sound).toEqual([])
    expect((await trainer.snapshot()).vectors).toEqual(first.state.best?.snapshot.vectors)
  })
})

describe('a loss that is not finite', () => {
  it.each([
    ['NaN', NaN],
    ['infinity', Infinity],
  ])('names the layer of a parameter with %s and takes no step', async (_, value) => {
    const name = weights()[1]!
    const trainer = trainerOf(poisoned(name, value))
    const before = await trainer.snapshot()
    const step = (): Promise<string | undefined> => stepOnce(trainer)
    await step()
    const tensors = tf.memory().numTensors
    expect(await step()).toContain(`parameter '${name}' of layer`)
    expect(tf.memory().numTensors).toBe(tensors)
    expect((await trainer.snapshot()).vectors).toEqual(before.vectors)
    expect(trainer.stepsDone).toBe(2)
  })

  it('names the first layer whose output overflows', async () => {
    const trainer = trainerOf(poisoned(weights()[0]!, 3e38))
    const nonFinite = await stepOnce(trainer)
    expect(nonFinite).toContain(`layer '${model().nodes[0]!.name}' (Conv)`)
    expect(nonFinite).not.toContain('parameter')
  })

  it('says nothing of a step that is sound', async () => {
    expect(await stepOnce(trainerOf(model()))).toBeUndefined()
  })

  it('ends the run at that step with the best checkpoint', async () => {
    const trainer = trainerOf(model())
    const failing = overridden(trainer, {
      trainStep: (given) => ({
        ...trainer.trainStep(given),
        ...(trainer.stepsDone === 4 && {
          loss: tf.scalar(NaN),
          lost: true,
          explain: async () => "the first non-finite value is in layer 'a' (Conv)",
        }),
      }),
    })
    const data: TrainingData = {
      stepsPerEpoch: 2,
      async *trainBatches(epoch) {
        yield batch(8, epoch)
        yield batch(8, epoch + 50)
      },
      async *validationBatches() {
        yield batch(12, 9)
      },
    }
    const hooks = {
      onEvent: () => undefined,
      onCheckpoint: async () => undefined,
      command: () => 'run' as const,
      now: () => performance.now(),
    }
    const result = await fit(failing, data, config, hooks)
    expect(result.diverged).toMatch(
      /^training diverged in epoch 2, step 4: the loss is not finite; the first non-finite value is in layer 'a' \(Conv\); reduce the learning rate/,
    )
    expect(result.chosen).toBe(result.state.best?.snapshot)
    expect((await trainer.snapshot()).vectors).toEqual(result.chosen.vectors)
  })
})
