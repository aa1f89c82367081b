import { dispose, memory } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import { createTrainer } from '../../src/core/train/trainer'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { backends } from '../../src/node/backends/index'

const [side, batchSize, steps] = [32, 16, 4]

function batchOf(seed: number): ImageBatch {
  const random = createRandom(seed)
  const images = Uint8Array.from({ length: batchSize * side * side * 3 }, () => random.integer(256))
  return { images, labels: Int32Array.from({ length: batchSize }, () => random.integer(10)), height: side, width: side }
}

/** Small enough to take seconds; between them every kernel of the built-in networks. */
const networks: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'tiny-cnn': {},
  'mobilenet-v3-small': { smallStem: false },
  'mobilenet-v2': { width: 0.25, totalStride: 32 },
}

const start = (id: string): Trainer =>
  createTrainer(
    architectures.get(id).build({ ...networks[id], size: side }, 0),
    trainConfig.parse({ batchSize, learningRate: 0.02, emaDecay: 0.9 }),
    steps,
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  )

function trainSteps(trainer: Trainer, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    const { loss, correct } = trainer.trainStep(batchOf(step))
    dispose([loss, correct])
  }
}

/** Every vector after all steps; restored into a fresh trainer after half of them when `restarts`. */
async function vectorsAfter(id: string, restarts: boolean): Promise<Readonly<Record<string, Float32Array>>> {
  let trainer = start(id)
  trainSteps(trainer, 0, steps / 2)
  if (restarts) {
    const snapshot = await trainer.snapshot()
    trainer.dispose()
    trainer = start(id)
    trainer.restore(snapshot)
  }
  trainSteps(trainer, steps / 2, steps)
  const { vectors } = await trainer.snapshot()
  trainer.dispose()
  return vectors
}

const available = new Map(
  await Promise.all(
    backends.list().map(async (backend) => [backend.id, (await backend.available()).available] as const),
  ),
)

describe.each(backends.ids)('training on %s', (id) => {
  if (!available.get(id)) return void it.skip(`${id} is not installed`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get(id).create()
  })
  afterAll(() => running.dispose())

  // A graphics device in software takes minutes for the others.
  it.each(id === 'webgpu' ? ['tiny-cnn'] : Object.keys(networks))(
    'gives the same bits for %s from the start, and from a restart',
    async (architecture) => {
      const expected = await vectorsAfter(architecture, false)
      expect(expected.parameters!.every(Number.isFinite)).toBe(true)
      expect(await vectorsAfter(architecture, false)).toEqual(expected)
      expect(await vectorsAfter(architecture, true)).toEqual(expected)
    },
  )

  // WebGPU's own test does it, over 1,000.
  it.skipIf(id === 'webgpu')('keeps no tensor over 200 steps', () => {
    const trainer = start('tiny-cnn')
    trainSteps(trainer, 0, 2)
    const { numTensors, numDataBuffers } = memory()
    trainSteps(trainer, 0, 200)
    expect([memory().numTensors, memory().numDataBuffers]).toEqual([numTensors, numDataBuffers])
    trainer.dispose()
  })
})
