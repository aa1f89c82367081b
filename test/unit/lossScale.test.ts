import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  areFinite,
  lossScaleStart,
  movedLossScale,
  nextLossScale,
  packLossScale,
  scaledStepOf,
} from '../../src/core/train/lossScale'
import type { LossScale } from '../../src/core/train/lossScale'
import type { RunningBackend } from '../../src/node/backends/index'
import { chooseBackend } from '../../src/node/backends/index'

const after = (sound: readonly boolean[], growEvery: number, start: LossScale = lossScaleStart): LossScale =>
  sound.reduce((state, isSound) => nextLossScale(state, isSound, growEvery), start)

describe('the loss scale', () => {
  const sound = (count: number): readonly boolean[] => new Array<boolean>(count).fill(true)
  const cases = [
    { name: 'stays while steps are sound', steps: sound(3), scale: 2 ** 16, soundSteps: 3 },
    { name: 'doubles after so many sound steps, and counts anew', steps: sound(4), scale: 2 ** 17, soundSteps: 0 },
    {
      name: 'halves at a gradient that is not finite, and counts anew',
      steps: [true, true, false],
      scale: 2 ** 15,
      soundSteps: 0,
    },
    { name: 'comes back after a halving', steps: [false, ...sound(4)], scale: 2 ** 16, soundSteps: 0 },
    { name: 'ends at 1', steps: new Array<boolean>(30).fill(false), scale: 1, soundSteps: 0 },
    { name: 'grows no further than fp32 has room for', steps: sound(400), scale: 2 ** 24, soundSteps: 0 },
  ]
  it.each(cases)('$name', ({ steps, scale, soundSteps }) => {
    expect(after(steps, 4)).toEqual({ scale, soundSteps })
  })

  it('doubles after 2,000 sound steps', () => {
    expect(sound(1999).reduce<LossScale>((state) => nextLossScale(state, true), lossScaleStart).scale).toBe(2 ** 16)
    expect(sound(2000).reduce<LossScale>((state) => nextLossScale(state, true), lossScaleStart).scale).toBe(2 ** 17)
  })
})

describe('the loss scale on the device', () => {
  let running: RunningBackend
  beforeAll(async () => {
    running = (await chooseBackend('wasm')).running
  })
  afterAll(() => running.dispose())

  it('moves as it does in numbers, step by step, and says what each step did', () => {
    const before = tf.memory().numTensors
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 24 }),
        (steps, growEvery, power) => {
          let expected: LossScale = { scale: 2 ** power, soundSteps: 0 }
          let state = tf.tensor1d(packLossScale(expected))
          for (const isSound of steps) {
            const flag = tf.tensor1d([isSound], 'bool')
            const next = movedLossScale(state, flag, growEvery)
            tf.dispose([state, flag])
            state = next
            const did = { scale: expected.scale, skipped: !isSound, failed: !isSound && expected.scale === 1 }
            expected = nextLossScale(expected, isSound, growEvery)
            const numbers = state.dataSync()
            expect([...numbers.slice(0, 2)]).toEqual([expected.scale, expected.soundSteps])
            expect(scaledStepOf(numbers)).toEqual(did)
          }
          state.dispose()
        },
      ),
      { numRuns: 30 },
    )
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    [[1, -2, 3e38], 0.5, true],
    [[1, NaN], 0.5, false],
    [[Infinity, 1], 0.5, false],
    [[1, 2], NaN, false],
    [[1, 2], -Infinity, false],
  ])('%j with a loss of %d is finite: %s', (values, loss, expected) =>
    tf.tidy(() => {
      expect(Boolean(areFinite(tf.tensor1d(values), tf.scalar(loss)).dataSync()[0])).toBe(expected)
    }),
  )
})
