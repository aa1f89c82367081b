import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dispose, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { atLeast } from '../../src/shared/atLeast'
import { floatTensor } from '../../src/core/graph/tensorData'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import { learningRateAt } from '../../src/core/train/learningRate'
import { optimizers } from '../../src/core/train/optimizers/index'
import { createTrainer } from '../../src/core/train/trainer'
import type { RunningBackend } from '../../src/node/backends/index'
import { backends, chooseBackend } from '../../src/node/backends/index'

const numbers = z.array(z.number())
const params = z.record(z.string(), z.unknown())
const schema = z.object({
  optimizers: z.array(z.object({ optimizer: z.string(), params, parameters: numbers })),
  schedules: z.array(z.object({ schedule: z.string(), params, rates: numbers })),
  training: z.object({ losses: numbers, state: z.record(z.string(), numbers) }),
})

/** Made by test/golden/scripts/train.py with torch 2.13.0. */
const golden = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'train.json'), 'utf8')))

const [size, updates, decay] = [24, 12, 0.05]

/** Seeded values in −1 … 1, the same as in the script. */
function uniforms(seed: number, count: number): Float32Array {
  let state = seed
  return Float32Array.from(
    { length: count },
    () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1,
  )
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  const worst = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - actual[index]!) / (1 + Math.abs(value))),
    0,
  )
  expect(worst).toBeLessThan(tolerance)
}

const hasTensorflow = (await backends.get('tensorflow').available()).available

describe.each(['wasm', 'tensorflow'])('on %s', (backend) => {
  if (backend === 'tensorflow' && !hasTensorflow)
    return void it.skip('the TensorFlow runtime is not installed', () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = (await chooseBackend(backend)).running
  })
  afterAll(() => running.dispose())

  it.each(golden.optimizers)(
    'updates as torch.optim does: $optimizer $params',
    ({ optimizer: id, params, parameters: expected }) => {
      const optimizer = optimizers.get(id)
      const decays = tensor1d(Float32Array.from({ length: size }, (_, index) => (index < size / 2 ? decay : 0)))
      let parameters: Tensor = tensor1d(uniforms(1, size))
      let slots: readonly Tensor[] = optimizer.slots.map(() => zeros([size]))
      for (let update = 0; update < updates; update++) {
        const current = parameters.dataSync()
        const gradients = tensor1d(uniforms(100 + update, size).map((noise, index) => noise + current[index]! / 2))
        const input = {
          parameters,
          gradients,
          slots,
          learningRate: 0.1 / (1 + update),
          step: update + 1,
          decay: decays,
        }
        const next = tidy(() => {
          const result = optimizer.update(params, input)
          return [result.parameters, ...result.slots]
        })
        dispose([parameters, gradients, ...slots])
        ;[parameters, ...slots] = atLeast(1, next)
      }
      expectClose(parameters.dataSync(), expected, 1e-6)
      dispose([parameters, decays, ...slots])
    },
  )

  it('trains the tiny CNN as PyTorch does: losses, weights and running statistics', async () => {
    const graph = architectures.get('tiny-cnn').build({ classes: 3, size: 8, channels: 2 }, 0)
    const names = [...graph.initializers.keys()].filter((name) => !name.includes('running_')).sort()
    const started = names.map((name, index) => {
      const shape = graph.initializers.get(name)?.shape ?? []
      const values = uniforms(
        index + 1,
        shape.reduce((product, dim) => product * dim, 1),
      )
      return [
        name,
        floatTensor(
          shape,
          values.map((value) => value + (name.endsWith('norm.weight') ? 1 : 0)),
        ),
      ] as const
    })
    const config = trainConfig.parse({
      epochs: 1,
      batchSize: 6,
      learningRate: 0.05,
      schedule: 'constant',
      weightDecay: decay,
      labelSmoothing: 0.1,
    })
    const trainer = createTrainer(
      { ...graph, initializers: new Map([...graph.initializers, ...started]) },
      config,
      golden.training.losses.length,
      { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    )
    const losses: number[] = []
    for (const step of golden.training.losses.keys()) {
      const images = Uint8Array.from(uniforms(200 + step, 6 * 8 * 8 * 3), (value) => Math.floor((value + 1) * 127.5))
      const { loss, correct } = trainer.trainStep({
        images,
        labels: Int32Array.from([0, 1, 2, 0, 1, 2]),
        height: 8,
        width: 8,
      })
      losses.push((await loss.data())[0]!)
      dispose([loss, correct])
    }
    expectClose(losses, golden.training.losses, 1e-5)
    const trained = trainer.graphOf(await trainer.snapshot()).initializers
    expect([...trained.keys()].sort()).toEqual(Object.keys(golden.training.state).sort())
    for (const [name, expected] of Object.entries(golden.training.state))
      expectClose(Float32Array.from(trained.get(name)?.data ?? []), expected, 2e-5)
    trainer.dispose()
  })
})

describe('schedules against torch.optim.lr_scheduler', () => {
  const steps = golden.schedules[0]!.rates.length
  const rateOf = (schedule: string, scheduleParams: Readonly<Record<string, unknown>>, step: number): number =>
    learningRateAt(trainConfig.parse({ epochs: 5, learningRate: 1, schedule, scheduleParams }), step, steps / 5)

  it.each(golden.schedules.filter(({ schedule }) => schedule !== 'one-cycle'))(
    '$schedule $params',
    ({ schedule, params, rates }) => {
      expectClose(
        Array.from({ length: steps }, (_, step) => rateOf(schedule, params, step)),
        rates,
        1e-7,
      )
    },
  )

  // torch counts each phase to its last step, this program to the first step after it: they differ by less than a step's change.
  it.each(golden.schedules.filter(({ schedule }) => schedule === 'one-cycle'))(
    '$schedule $params, to less than one step',
    ({ schedule, params, rates }) => {
      const steepest = Math.max(...rates.slice(1).map((rate, index) => Math.abs(rate - rates[index]!)))
      rates.forEach((rate, step) => expect(Math.abs(rateOf(schedule, params, step) - rate)).toBeLessThan(steepest))
    },
  )
})
