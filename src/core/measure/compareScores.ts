import { crossEntropy, indexOfLargest } from './classification'
import type { ScoreKind } from './classification'
import { pairedDifference, wilsonInterval } from './intervals'
import type { Interval } from './intervals'

/** Scores [samples, classes] of one model, row-major, with the true classes. */
export interface ScoredImages {
  readonly scores: Float32Array
  readonly labels: Int32Array
  readonly kind: ScoreKind
}

/** How the scores of a smaller model differ from those of the one it was made from, on the same images. */
export interface ScoreComparison {
  readonly samples: number
  readonly accuracy: number
  readonly accuracyInterval: Interval
  readonly referenceAccuracy: number
  /** Accuracy minus that of the reference, with Newcombe's 95% interval of the paired difference. */
  readonly difference: number
  readonly differenceInterval: Interval
  /** Share of images on which both name the same class. */
  readonly agreement: number
  /** Mean Kullback-Leibler divergence of the probabilities, in nats: falls before accuracy shows anything. */
  readonly divergence: number
}

/** Compares two models image by image. */
export function compareScores(reference: ScoredImages, { scores, labels, kind }: ScoredImages): ScoreComparison {
  const samples = labels.length
  const [first, second] = [new Uint8Array(samples), new Uint8Array(samples)]
  let [agreeing, divergence] = [0, 0]
  for (let index = 0; index < samples; index++) {
    const [a, b] = [rowOf(reference.scores, index, samples), rowOf(scores, index, samples)]
    const [classA, classB] = [indexOfLargest(a), indexOfLargest(b)]
    first[index] = Number(classA === labels[index])
    second[index] = Number(classB === labels[index])
    agreeing += Number(classA === classB)
    divergence += divergenceOf(a, b, kind)
  }
  const { difference, interval } = pairedDifference(first, second)
  const right = second.reduce((sum, value) => sum + value, 0)
  const referenceRight = first.reduce((sum, value) => sum + value, 0)
  return {
    samples,
    accuracy: right / samples,
    accuracyInterval: wilsonInterval(right, samples),
    referenceAccuracy: referenceRight / samples,
    difference,
    differenceInterval: interval,
    agreement: agreeing / samples,
    divergence: divergence / samples,
  }
}

const rowOf = (scores: Float32Array, index: number, samples: number): Float32Array => {
  const classes = scores.length / samples
  return scores.subarray(index * classes, (index + 1) * classes)
}

/** Σ p · log(p / q), with −log taken from the cross-entropy of each class. */
function divergenceOf(a: Float32Array, b: Float32Array, kind: ScoreKind): number {
  return a.reduce((sum, _, label) => {
    const [negativeLogP, negativeLogQ] = [crossEntropy(a, label, kind), crossEntropy(b, label, kind)]
    return sum + Math.exp(-negativeLogP) * (negativeLogQ - negativeLogP)
  }, 0)
}

/** How far a simulation is from what was deployed. */
export interface Agreement {
  readonly images: number
  /** Share of images on which both name the same class. */
  readonly top1Agreement: number
  readonly largestLogitDifference: number
}

export function agreementOf(simulated: Float32Array, deployed: Float32Array, images: number): Agreement {
  let [agreeing, largest] = [0, 0]
  for (let index = 0; index < images; index++)
    agreeing += Number(
      indexOfLargest(rowOf(simulated, index, images)) === indexOfLargest(rowOf(deployed, index, images)),
    )
  for (let index = 0; index < simulated.length; index++)
    largest = Math.max(largest, Math.abs(simulated[index]! - deployed[index]!))
  return { images, top1Agreement: agreeing / images, largestLogitDifference: largest }
}
