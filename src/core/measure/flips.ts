import { pairedDifference } from './intervals'
import type { PairedDifference } from './intervals'

/** Predictions of one classifier: entry by entry the sample, its true class and the class that was said, as positions in `classes`. */
export interface PredictedSamples {
  readonly classes: readonly string[]
  readonly samples: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly predicted: ArrayLike<number>
}

/** A sample to which two classifiers gave different answers; classes by name. */
export interface Flip {
  readonly sample: number
  readonly label: string
  readonly first: string
  readonly second: string
}

export interface PairedClass {
  readonly name: string
  readonly samples: number
  /** Right answers of both on the samples of this class, and its share of answers that only one got right. */
  readonly first: number
  readonly second: number
  readonly onlyFirst: number
  readonly onlySecond: number
}

export interface PairedComparison {
  /** Samples that both saw. */
  readonly samples: number
  readonly accuracy: readonly [first: number, second: number]
  readonly difference: PairedDifference
  readonly perClass: readonly PairedClass[]
  readonly flips: readonly Flip[]
}

/** Two classifiers on the samples that both saw, in the order of the first. Differences are the second minus the first. */
export function comparePredictions(first: PredictedSamples, second: PredictedSamples): PairedComparison {
  const rowOf = new Map(Array.from({ length: second.samples.length }, (_, row) => [second.samples[row], row]))
  const shared = Array.from({ length: first.samples.length }, (_, row) => row).filter((row) =>
    rowOf.has(first.samples[row]),
  )
  const answers = shared.map((row) => {
    const other = rowOf.get(first.samples[row]) ?? 0
    return {
      sample: first.samples[row]!,
      label: first.classes[first.labels[row]!]!,
      first: first.classes[first.predicted[row]!]!,
      second: second.classes[second.predicted[other]!]!,
    }
  })
  const rightFirst = answers.map((answer) => Number(answer.first === answer.label))
  const rightSecond = answers.map((answer) => Number(answer.second === answer.label))
  const share = (right: readonly number[]): number =>
    right.reduce((sum, value) => sum + value, 0) / Math.max(1, right.length)
  return {
    samples: answers.length,
    accuracy: [share(rightFirst), share(rightSecond)],
    difference: pairedDifference(rightFirst, rightSecond),
    perClass: first.classes.map((name) => pairedClass(name, answers)),
    flips: answers.filter((answer) => answer.first !== answer.second),
  }
}

function pairedClass(name: string, answers: readonly Flip[]): PairedClass {
  const own = answers.filter(({ label }) => label === name)
  const count = (holds: (answer: Flip) => boolean): number => own.filter(holds).length
  return {
    name,
    samples: own.length,
    first: count(({ first }) => first === name),
    second: count(({ second }) => second === name),
    onlyFirst: count(({ first, second }) => first === name && second !== name),
    onlySecond: count(({ first, second }) => second === name && first !== name),
  }
}
