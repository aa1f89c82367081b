import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import { crossEntropy, distilledCrossEntropy } from '../../src/core/train/loss'
import { createTrainer } from '../../src/core/train/trainer'
import type { ImageBatch } from '../../src/core/train/imageBatch'
import type { RunningBackend } from '../../src/node/backends/index'
import { chooseBackend } from '../../src/node/backends/index'
import { atLeast } from '../../src/shared/atLeast'

let running: RunningBackend
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
})
afterAll(() => running.dispose())

const [rows, classes] = [3, 4]
const numbers = (seed: number, count: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length: count }, () => random.uniform() * 6 - 3)
}
const logits = numbers(1, rows * classes)
const scores = numbers(2, rows * classes)
const targets = Float32Array.from({ length: rows * classes }, (_, index) =>
  Number(index % classes === Math.floor(index / classes)),
)

/** Softmax of one row at a temperature, in float64. */
function softmaxAt(values: ArrayLike<number>, temperature: number): readonly number[] {
  const powers = Array.from(values, (value) => Math.exp(value / temperature))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** Equation by equation as in the paper. */
function expectedLoss(of: ArrayLike<number>, weight: number, temperature: number): number {
  const row = (values: ArrayLike<number>, index: number): readonly number[] =>
    Array.from({ length: classes }, (_, column) => values[index * classes + column]!)
  const losses = Array.from({ length: rows }, (_, index) => {
    const hard = -Math.log(softmaxAt(row(of, index), 1)[index]!)
    const [p, q] = [softmaxAt(row(scores, index), temperature), softmaxAt(row(of, index), temperature)]
    return (
      (1 - weight) * hard +
      weight * temperature ** 2 * p.reduce((sum, value, column) => sum + value * Math.log(value / q[column]!), 0)
    )
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / rows
}

function compute(weight: number, temperature: number): { readonly loss: number; readonly gradient: Float32Array } {
  const [student, labels, teacher] = atLeast(
    3,
    [logits, targets, scores].map((values) => tf.tensor2d(values, [rows, classes])),
  )
  const { loss, dLogits } = distilledCrossEntropy(student, labels, teacher, { weight, temperature })
  const result = { loss: loss.dataSync()[0]!, gradient: dLogits.dataSync<'float32'>().slice() }
  tf.dispose([student, labels, teacher, loss, dLogits])
  return result
}

describe('distillation', () => {
  it.each([
    { weight: 0.5, temperature: 1 },
    { weight: 1, temperature: 4 },
    { weight: 0.3, temperature: 2 },
  ])('has the loss of the paper and its gradient at $weight, $temperature', ({ weight, temperature }) => {
    const { loss, gradient } = compute(weight, temperature)
    expect(loss).toBeCloseTo(expectedLoss(logits, weight, temperature), 5)
    const step = 1e-4
    gradient.forEach((value, index) => {
      const moved = (by: number): Float64Array =>
        Float64Array.from(logits, (logit, at) => logit + (at === index ? by : 0))
      expect(value).toBeCloseTo(
        (expectedLoss(moved(step), weight, temperature) - expectedLoss(moved(-step), weight, temperature)) / (2 * step),
        5,
      )
    })
  })

  it('without a share for the teacher is the plain loss', () => {
    const [student, labels] = atLeast(
      2,
      [logits, targets].map((values) => tf.tensor2d(values, [rows, classes])),
    )
    const plain = crossEntropy(student, labels)
    expect(compute(0, 3).loss).toBeCloseTo(plain.loss.dataSync()[0]!, 6)
    tf.dispose([student, labels, plain.loss, plain.dLogits])
  })

  it('brings the student to the teacher, and leaves no tensors behind', () => {
    const build = (seed: number): ReturnType<ReturnType<typeof architectures.get>['build']> =>
      architectures.get('tiny-cnn').build({ classes, size: 8, channels: 4 }, seed)
    const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
    const config = trainConfig.parse({
      learningRate: 0.02,
      optimizer: 'adam',
      schedule: 'constant',
      weightDecay: 0,
      distill: 'teacher',
      distillWeight: 1,
      distillTemperature: 1,
    })
    const trainer = createTrainer(build(1), config, 10, normalization, { teacher: { graph: build(2), normalization } })
    const random = createRandom(4)
    const batch: ImageBatch = {
      images: Uint8Array.from({ length: 16 * 8 * 8 * 3 }, () => random.integer(256)),
      labels: new Int32Array(16),
      height: 8,
      width: 8,
    }
    const losses: number[] = []
    const before = tf.memory().numTensors
    for (let step = 0; step < 60; step++) {
      const { loss, correct } = trainer.trainStep(batch)
      losses.push(loss.dataSync()[0]!)
      tf.dispose([loss, correct])
    }
    expect(tf.memory().numTensors).toBe(before)
    // All labels are 0: only the teacher can have taught this.
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 5)
    trainer.dispose()
  })
})
