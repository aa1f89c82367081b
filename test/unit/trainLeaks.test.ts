import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import { createTrainer } from '../../src/core/train/trainer'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { chooseBackend } from '../../src/node/backends/index'

let running: RunningBackend
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
})
afterAll(() => running.dispose())

const size = 8
const images = 4
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const
const model = architectures.get('tiny-cnn').build({ classes: 3, size, channels: 4 }, 5)

function batch(): ImageBatch {
  const random = createRandom(1)
  return {
    images: Uint8Array.from({ length: images * size * size * 3 }, () => random.integer(256)),
    labels: Int32Array.from({ length: images }, () => random.integer(3)),
    height: size,
    width: size,
  }
}

const failure = new Error('a kernel failed')

/** Runs with the n-th kernel call of tfjs failing; how many calls there were. */
function withFailingKernel(nth: number, run: () => void): number {
  const engine = tf.engine()
  const original = engine.runKernel.bind(engine)
  let calls = 0
  engine.runKernel = (...args) => {
    if (++calls === nth) throw failure
    return original(...args)
  }
  try {
    run()
  } finally {
    engine.runKernel = original
  }
  return calls
}

const cases = [
  { name: 'plain', options: {}, config: {} },
  {
    name: 'with a teacher',
    options: { teacher: { graph: model, normalization } },
    config: { distillWeight: 0.5 },
  },
] as const

describe('a training step that fails', () => {
  it.each(cases)('leaves no tensor behind, whichever of its kernels fails: $name', async ({ options, config }) => {
    const settings = trainConfig.parse({ epochs: 1, batchSize: images, learningRate: 0.05, ...config })
    const trainer: Trainer = createTrainer(model, settings, 2, normalization, {
      ...options,
      readsAtOnce: running.readsSynchronously,
    })
    const step = (): void => {
      const { loss, correct, lossScale } = trainer.trainStep(batch())
      tf.dispose([loss, correct, ...(lossScale ? [lossScale] : [])])
    }
    // The first step makes constants and state that stay.
    step()
    const calls = withFailingKernel(Infinity, step)
    expect(calls).toBeGreaterThan(20)
    const snapshot = await trainer.snapshot()
    for (let nth = 1; nth <= calls; nth++) {
      const before = tf.memory().numTensors
      expect(() => withFailingKernel(nth, step), `kernel ${nth} of ${calls}`).toThrow(failure)
      // The weights by name are kept between steps, and forgotten here.
      trainer.restore(snapshot)
      expect(tf.memory().numTensors - before, `tensors left after kernel ${nth} of ${calls} failed`).toBe(0)
    }
    trainer.dispose()
  })
})
