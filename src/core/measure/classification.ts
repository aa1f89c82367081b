import { wilsonInterval } from './intervals'
import type { Interval } from './intervals'

export interface ClassScore {
  readonly name: string
  readonly accuracy: number
  readonly samples: number
}

export interface ClassificationScore {
  readonly samples: number
  readonly accuracy: number
  readonly accuracyInterval: Interval
  /** Mean cross-entropy, natural logarithm. */
  readonly avgLoss: number
  readonly perClass: readonly ClassScore[]
  /** Row: true class; column: predicted class. */
  readonly confusionMatrix: readonly (readonly number[])[]
}

/** What a model's output holds. */
export type ScoreKind = 'logits' | 'probabilities'

/** Adds up predictions batch by batch. */
export interface ClassificationCounter {
  /** Scores [labels.length, classes], row-major; more rows, such as padding, are ignored. Returns the predicted classes. */
  add(scores: Float32Array, labels: ArrayLike<number>): Int32Array
  score(): ClassificationScore
}

export function createClassificationCounter(classes: readonly string[], kind: ScoreKind): ClassificationCounter {
  const confusionMatrix = classes.map(() => new Array<number>(classes.length).fill(0))
  let lossSum = 0
  return {
    add(scores, labels) {
      const predicted = new Int32Array(labels.length)
      for (let row = 0; row < labels.length; row++) {
        const values = scores.subarray(row * classes.length, (row + 1) * classes.length)
        predicted[row] = indexOfLargest(values)
        lossSum += crossEntropy(values, labels[row]!, kind)
        confusionMatrix[labels[row]!]![predicted[row]!]!++
      }
      return predicted
    },
    score: () => scoreOf(classes, confusionMatrix, lossSum),
  }
}

function scoreOf(
  classes: readonly string[],
  confusionMatrix: readonly (readonly number[])[],
  lossSum: number,
): ClassificationScore {
  const totals = confusionMatrix.map((row) => row.reduce((sum, count) => sum + count, 0))
  const samples = totals.reduce((sum, count) => sum + count, 0)
  const correct = confusionMatrix.reduce((sum, row, index) => sum + row[index]!, 0)
  return {
    samples,
    accuracy: share(correct, samples),
    accuracyInterval: wilsonInterval(correct, samples),
    avgLoss: share(lossSum, samples),
    perClass: classes.map((name, index) => ({
      name,
      accuracy: share(confusionMatrix[index]![index]!, totals[index]!),
      samples: totals[index]!,
    })),
    confusionMatrix,
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** The first of the largest values, as numpy's argmax. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let largest = 0
  for (let index = 1; index < values.length; index++) if (values[index]! > values[largest]!) largest = index
  return largest
}

/** Probabilities below this count as this, so that one confident mistake does not make the mean infinite. */
const smallestProbability = 1e-12

/** −log of the probability of the true class; logits go through a softmax with the maximum taken out. */
export function crossEntropy(values: ArrayLike<number>, label: number, kind: ScoreKind): number {
  if (kind === 'probabilities') return -Math.log(Math.max(values[label]!, smallestProbability))
  const largest = values[indexOfLargest(values)]!
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += Math.exp(values[index]! - largest)
  return Math.log(sum) + largest - values[label]!
}
