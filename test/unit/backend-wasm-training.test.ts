import { dispose, memory, mul, sum, tensor, tensor4d } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { createExecutor } from '../../src/core/execute/executor'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import { createTrainer } from '../../src/core/train/trainer'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { wasmBackend } from '../../src/node/backends/wasm/index'
import { byReference } from './wasmReference'

const side = 16
const batchSize = 8

let running: RunningBackend
beforeAll(async () => {
  running = await wasmBackend.create()
})
afterAll(() => running.dispose())

/** One of four batches of images whose brightness tells their class. */
function batchOf(seed: number): ImageBatch {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: batchSize }, () => random.integer(10))
  const pixels = side * side * 3
  const images = Uint8Array.from(
    { length: batchSize * pixels },
    (_, index) => labels[Math.floor(index / pixels)]! * 20 + random.integer(50),
  )
  return { images, labels, height: side, width: side }
}

const batches = [0, 1, 2, 3].map(batchOf)

function createSmallTrainer(): Trainer {
  const graph = architectures.get('mobilenet-v2').build({ width: 0.25, totalStride: 32, size: side }, 0)
  return createTrainer(graph, trainConfig.parse({ batchSize, learningRate: 0.02 }), 100, {
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  })
}

function losses(trainer: Trainer, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const { loss, correct } = trainer.trainStep(batches[step % batches.length]!)
    const value = loss.dataSync()[0]!
    loss.dispose()
    correct.dispose()
    return value
  })
}

/** Gradients of one step of an architecture, by parameter. */
function gradientsOf(id: string, params: Readonly<Record<string, unknown>>): ReadonlyMap<string, Float32Array> {
  const executor = createExecutor(architectures.get(id).build({ ...params, size: 32 }, 0))
  const parameters = new Map(
    executor.parameters.map(({ name, shape }) => [name, tensor(executor.pack(name), [...shape])]),
  )
  const random = createRandom(1)
  const images = tensor4d(
    Float32Array.from({ length: 3 * 32 * 32 * 3 }, () => random.uniform() - 0.5),
    [3, 32, 32, 3],
  )
  const { loss, logits, gradients, statistics } = executor.step(images, parameters, (scores) => ({
    loss: sum(scores),
    dLogits: mul(scores, 0.1),
  }))
  const values = new Map([...gradients].map(([name, gradient]) => [name, gradient.dataSync().slice() as Float32Array]))
  dispose([loss, logits, images, ...parameters.values(), ...gradients.values(), ...statistics.values()])
  executor.dispose()
  return values
}

const norm = (vector: ArrayLike<number>): number =>
  Math.sqrt(Array.from(vector).reduce((total, value) => total + value * value, 0))

describe('one training step on wasm', () => {
  it.each([
    // Feature maps of 4×4: batch statistics of three numbers would magnify rounding beyond any tolerance, and those of 48 still do by fifty layers.
    { id: 'mobilenet-v2', params: { totalStride: 8, width: 0.5 }, tolerance: 0.02 },
    { id: 'mobilenet-v3-small', params: {}, tolerance: 0.001 },
    { id: 'resnet-20', params: {}, tolerance: 0.001 },
    { id: 'tiny-cnn', params: {}, tolerance: 0.001 },
  ])('$id has the gradients that the reference operations give', ({ id, params, tolerance }) => {
    const before = memory().numTensors
    const [ours, theirs] = [gradientsOf(id, params), byReference(() => gradientsOf(id, params))]
    expect([...ours.keys()]).toEqual([...theirs.keys()])
    const scale = norm([...theirs.values()].map(norm))
    const error = norm(
      [...theirs].map(([name, values]) =>
        norm(values.map((value, index) => value - (ours.get(name)?.[index] ?? Number.NaN))),
      ),
    )
    expect(error / scale).toBeLessThan(tolerance)
    expect(memory().numTensors).toBe(before)
  })
})

describe('training MobileNetV2 on wasm', () => {
  it('gives the same bits twice', async () => {
    const weights = await Promise.all(
      [0, 1].map(async () => {
        const trainer = createSmallTrainer()
        const values = losses(trainer, 8)
        const { vectors } = await trainer.snapshot()
        trainer.dispose()
        return { values, vectors }
      }),
    )
    expect(weights[0]).toEqual(weights[1])
  })

  it('learns, and keeps no tensor over 200 steps', () => {
    const trainer = createSmallTrainer()
    const first = losses(trainer, 2)[0]!
    const before = memory()
    const later = losses(trainer, 200)
    expect(later.every(Number.isFinite)).toBe(true)
    expect(later.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20).toBeLessThan(first)
    expect({ tensors: memory().numTensors, buffers: memory().numDataBuffers }).toEqual({
      tensors: before.numTensors,
      buffers: before.numDataBuffers,
    })
    trainer.dispose()
  })

  it('starts again after it was disposed', async () => {
    running.dispose()
    running = await wasmBackend.create()
    const trainer = createSmallTrainer()
    expect(losses(trainer, 1).every(Number.isFinite)).toBe(true)
    trainer.dispose()
  })
})
