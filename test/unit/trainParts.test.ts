import { scalar } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/core/train/checkConfig'
import { trainConfig } from '../../src/core/train/config'
import { smoothLabels } from '../../src/core/train/labels'
import { learningRateAt } from '../../src/core/train/learningRate'
import { createMeter } from '../../src/core/train/meter'
import { schedules } from '../../src/core/train/schedules/index'
import type { RunningBackend } from '../../src/node/backends/index'
import { tryParse } from '../../src/shared/parse'
import { chooseBackend } from '../../src/node/backends/index'
import { createSystemMonitor } from '../../src/node/system/metrics'

describe('learning rates', () => {
  const stepsPerEpoch = 10

  it.each(schedules.ids)('%s stays between 0 and the highest rate over the whole run', (schedule) => {
    const config = trainConfig.parse({ epochs: 4, learningRate: 0.3, schedule })
    const rates = Array.from({ length: 40 }, (_, step) => learningRateAt(config, step, stepsPerEpoch))
    expect(Math.min(...rates)).toBeGreaterThan(0)
    expect(Math.max(...rates)).toBeCloseTo(0.3, 6)
  })

  it('rises in a straight line through the warm-up, and reaches the schedule at its end', () => {
    const config = trainConfig.parse({ epochs: 4, learningRate: 0.2, schedule: 'constant', warmupEpochs: 0.5 })
    const rates = Array.from({ length: 7 }, (_, step) => learningRateAt(config, step, stepsPerEpoch))
    const expected = [0.04, 0.08, 0.12, 0.16, 0.2, 0.2, 0.2]
    rates.forEach((rate, step) => expect(rate).toBeCloseTo(expected[step]!, 10))
  })
})

describe('a configuration', () => {
  const checked = trainConfig.superRefine((config, issues) => checkConfig(issues, config))
  const wrong = [
    {
      changes: { optimizer: 'sdg' },
      field: 'optimizer',
      message: "unknown optimizer 'sdg': expected one of adam, adamw, sgd",
    },
    {
      changes: { schedule: 'cosign' },
      field: 'schedule',
      message: "unknown schedule 'cosign': expected one of constant, cosine, one-cycle, step",
    },
    {
      changes: { optimizerParams: { nestrov: true } },
      field: 'optimizerParams',
      message: "unknown field 'nestrov': did you mean 'nesterov'?",
    },
    {
      changes: { schedule: 'constant', scheduleParams: { rise: 0.1 } },
      field: 'scheduleParams',
      message: "unknown field 'rise': expected none",
    },
    {
      changes: { optimizerParams: { momentum: 1.5 } },
      field: 'optimizerParams.momentum',
      message: 'Too big: expected number to be <=0.999',
    },
    {
      changes: { augment: [{ id: 'horizontal-flip', params: { probabilty: 1 } }] },
      field: 'augment[0].params',
      message: "unknown field 'probabilty': did you mean 'probability'?",
    },
  ]
  it.each(wrong)('with $changes is refused', ({ changes, field, message }) => {
    expect(tryParse(checked, changes)).toMatchObject({ ok: false, problems: [{ field, message }] })
  })

  it.each([
    {},
    { optimizer: 'adamw', optimizerParams: { beta2: 0.99 }, schedule: 'step', scheduleParams: { milestones: [0.3] } },
  ])('%j is taken', (changes) => {
    expect(tryParse(checked, changes).ok).toBe(true)
  })
})

describe('label smoothing', () => {
  it.each([
    { smoothing: 0, expected: [0, 1, 0, 0] },
    { smoothing: 0.2, expected: [0.05, 0.85, 0.05, 0.05] },
  ])('$smoothing gives a distribution', ({ smoothing, expected }) => {
    const targets = smoothLabels([1], 4, smoothing)
    targets.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6))
    expect(targets.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6)
  })
})

describe('the meter', () => {
  let running: RunningBackend
  beforeAll(async () => {
    running = (await chooseBackend('wasm')).running
  })
  afterAll(() => running.dispose())

  it('weighs batches by their size, and counts the wait for data alone', async () => {
    let clockMs = 0
    const meter = createMeter(() => clockMs)
    async function* batches(): AsyncGenerator<number> {
      for (const samples of [3, 1]) {
        clockMs += 100
        yield samples
      }
    }
    for await (const samples of meter.timeWaits(batches())) {
      clockMs += 300
      meter.add({ loss: scalar(samples), correct: scalar(1), learningRate: 0.1 * samples }, samples)
    }
    expect(meter.hasUnread()).toBe(true)
    const window = await meter.read()
    expect(meter.hasUnread()).toBe(false)
    expect(window).toMatchObject({ trainLoss: 2.5, trainAccuracy: 0.5, samplesPerSecond: 5 })
    expect(window.learningRate).toBeCloseTo(0.1, 10)
    expect(meter.total()).toMatchObject({ trainLoss: 2.5, trainAccuracy: 0.5, seconds: 0.8, waitedShare: 0.25 })
  })
})

describe('system metrics', () => {
  it('are shares and bytes of this machine', async () => {
    const { cpuShare, ramUsedBytes, ramTotalBytes, processBytes, gpus } = await createSystemMonitor().sample()
    expect(cpuShare).toBeGreaterThanOrEqual(0)
    expect(cpuShare).toBeLessThanOrEqual(1)
    expect(ramUsedBytes).toBeGreaterThan(0)
    expect(ramUsedBytes).toBeLessThanOrEqual(ramTotalBytes)
    expect(processBytes).toBeGreaterThan(1024 ** 2)
    for (const { share, memoryUsedBytes, memoryTotalBytes } of gpus) {
      expect(share).toBeLessThanOrEqual(1)
      expect(memoryUsedBytes).toBeLessThanOrEqual(memoryTotalBytes)
    }
  })
})
