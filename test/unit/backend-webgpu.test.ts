import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import { fit } from '../../src/core/train/fit'
import type { FitState, TrainingData } from '../../src/core/train/fit'
import { createTrainer } from '../../src/core/train/trainer'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { Trainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { backends, preferred } from '../../src/node/backends/index'
import { isSoftware } from '../../src/node/backends/webgpu/dawn'
import { watchDevice } from '../../src/node/backends/webgpu/failures'
import type { WebgpuKernelBackend } from '../../src/node/backends/webgpu/kernels/kernel'

const side = 8
const found = await backends.get('webgpu').available()
const config = trainConfig.parse({ epochs: 3, batchSize: 8, learningRate: 0.05, schedule: 'constant' })

function batchOf(seed: number, count = 8): ImageBatch {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: count }, () => random.integer(3))
  const pixels = side * side * 3
  return {
    images: Uint8Array.from(
      { length: count * pixels },
      (_, index) => labels[Math.floor(index / pixels)]! * 70 + random.integer(60),
    ),
    labels,
    height: side,
    width: side,
  }
}

const trainerOf = (): Trainer =>
  createTrainer(architectures.get('tiny-cnn').build({ classes: 3, size: side, channels: 4 }, 5), config, 10, {
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  })

async function losses(trainer: Trainer, steps: number): Promise<number[]> {
  const values: number[] = []
  for (let step = 0; step < steps; step++) {
    const { loss, correct } = trainer.trainStep(batchOf(step % 4))
    values.push((await loss.data())[0]!)
    tf.dispose([loss, correct])
  }
  return values
}

describe('choosing WebGPU', () => {
  const status = (id: string, isFallback = false) => ({
    id,
    label: id,
    priority: 1,
    available: true as const,
    version: '1',
    device: id,
    isFallback,
  })

  it('knows devices in software', () => {
    const info = { vendor: '', architecture: '', device: '', description: '' }
    expect(
      [
        { ...info, architecture: 'swiftshader' },
        { ...info, description: 'llvmpipe (LLVM 17)' },
        { ...info, isFallbackAdapter: true },
      ].map(isSoftware),
    ).toEqual([true, true, true])
    expect(isSoftware({ ...info, vendor: 'amd', architecture: 'rdna-3', description: 'AMD Radeon RX 7900 XTX' })).toBe(
      false,
    )
  })

  it('takes no device in software unasked', () => {
    expect(preferred([status('webgpu', true), status('wasm')])?.id).toBe('wasm')
    expect(preferred([status('webgpu'), status('wasm')])?.id).toBe('webgpu')
  })
})

describe('a device that fails', () => {
  type Listener = (event: { readonly error: { readonly message: string } }) => void
  const device = (message: string) => ({
    lost: new Promise<never>(() => undefined),
    destroy: () => undefined,
    addEventListener: (_: string, listener: Listener) => listener({ error: { message } }),
  })

  it.each([
    ['Out of memory: 4 GiB', 'reduce the batch size'],
    ['invalid bind group', 'rejected a command'],
  ])('says what to do about %j', (message, advice) => {
    expect(watchDevice(device(message), 'GPU').first()?.message).toContain(advice)
  })
})

// In software a step takes some 50 ms on a quiet machine, and many times that on one that is busy.
describe('training on WebGPU', { timeout: 600_000 }, () => {
  if (!found.available) return void it.skip(`no WebGPU adapter: ${found.reason}`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get('webgpu').create()
  })
  afterAll(() => running.dispose(), 600_000)

  it('has the losses and weights of wasm up to rounding', async () => {
    const trainer = trainerOf()
    const [values, { vectors }] = [await losses(trainer, 20), await trainer.snapshot()]
    trainer.dispose()
    running.dispose()
    const wasm = await backends.get('wasm').create()
    const reference = trainerOf()
    const [expected, { vectors: weights }] = [await losses(reference, 20), await reference.snapshot()]
    reference.dispose()
    wasm.dispose()
    running = await backends.get('webgpu').create()
    values.forEach((value, step) =>
      expect(Math.abs(value - expected[step]!), `step ${step}: ${value}, expected ${expected[step]}`).toBeLessThan(
        1e-3,
      ),
    )
    for (const [name, vector] of Object.entries(weights)) {
      expect(Math.max(...vector.map((value, index) => Math.abs(value - vectors[name]![index]!))), name).toBeLessThan(
        2e-3,
      )
    }
    expect(values.at(-1)).toBeLessThan(values[0]! / 2)
  })

  it('keeps neither tensors nor memory over 1,000 steps', async () => {
    const trainer = trainerOf()
    const backend = tf.backend() as WebgpuKernelBackend
    const state = () => ({ tensors: tf.memory().numTensors, allocated: backend.memory().numBytesAllocatedInGPU })
    await losses(trainer, 20)
    const before = state()
    for (let step = 0; step < 1000; step++) {
      const { loss, correct } = trainer.trainStep(batchOf(step % 4))
      // Without a read now and then, commands pile up faster than a device in software works them off.
      if (step % 10 === 9) expect(Number.isFinite((await loss.data())[0])).toBe(true)
      tf.dispose([loss, correct])
    }
    await losses(trainer, 1)
    expect(state().tensors).toBe(before.tensors)
    expect(state().allocated).toBeLessThan(before.allocated * 1.5)
    trainer.dispose()
  })

  it('takes no step with a loss that is not finite, and names its layer though it is read late', async () => {
    const trainer = trainerOf()
    const start = await trainer.snapshot()
    const vectors = {
      ...start.vectors,
      parameters: start.vectors.parameters!.map((value, index) => (index < 4 ? 3e38 : value)),
    }
    trainer.restore({ ...start, vectors })
    const { loss, correct, lost, explain } = trainer.trainStep(batchOf(1))
    expect(lost).toBe(false)
    expect(Number.isFinite((await loss.data())[0])).toBe(false)
    expect(await explain?.()).toMatch(/layer '.*' \(Conv\)/)
    expect((await trainer.snapshot()).vectors.parameters).toEqual(vectors.parameters)
    tf.dispose([loss, correct])
    trainer.dispose()
  })

  it('ends with a reason when the device is lost, keeps the checkpoint, and goes on from it', async () => {
    const data: TrainingData = {
      stepsPerEpoch: 2,
      async *trainBatches(epoch) {
        yield batchOf(epoch)
        yield batchOf(epoch + 50)
      },
      async *validationBatches() {
        yield batchOf(9)
      },
    }
    const checkpoints: FitState[] = []
    const hooks = {
      onEvent: () => undefined,
      onCheckpoint: async (state: FitState) => void checkpoints.push(state),
      command: () => 'run' as const,
      now: () => performance.now(),
    }
    const device = (tf.backend() as WebgpuKernelBackend & { readonly device: { destroy(): void } }).device
    const trainer = trainerOf()
    const dying = fit(trainer, data, config, {
      ...hooks,
      onCheckpoint: async (state) => {
        checkpoints.push(state)
        device.destroy()
      },
    })
    await expect(dying).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/graphics device .* was lost: .*resume the run/),
    })
    expect(running.failure?.()).toMatchObject({ code: 'unavailable' })
    expect(checkpoints).toHaveLength(1)
    running.dispose()
    running = await backends.get('webgpu').create()
    const resumed = trainerOf()
    const { state } = await fit(resumed, data, config, hooks, checkpoints[0])
    expect(state.epoch).toBe(3)
    resumed.dispose()
  })
})
