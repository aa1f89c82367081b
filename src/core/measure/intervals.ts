/** Standard normal quantile of a two-sided 95% interval. */
const z95 = 1.959963984540054

export type Interval = readonly [low: number, high: number]

/** Wilson's 95% score interval of a share; [0, 1] without samples. Source: Wilson, 1927. */
export function wilsonInterval(successes: number, samples: number): Interval {
  if (samples === 0) return [0, 1]
  const share = successes / samples
  const spread = z95 ** 2 / samples
  const centre = (share + spread / 2) / (1 + spread)
  const half = (z95 * Math.sqrt((share * (1 - share)) / samples + spread / (4 * samples))) / (1 + spread)
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** Two classifiers on the same samples. */
export interface PairedDifference {
  /** Accuracy of the second minus accuracy of the first. */
  readonly difference: number
  readonly interval: Interval
  /** Exact two-sided McNemar test: how likely so uneven a split of the disagreements is by chance. */
  readonly pValue: number
  readonly onlyFirst: number
  readonly onlySecond: number
}

/** Difference of two accuracies measured on the same samples, with Newcombe's 95% score interval (1998, method 10). Both arrays hold 1 where the classifier is right. */
export function pairedDifference(first: ArrayLike<number>, second: ArrayLike<number>): PairedDifference {
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }
  for (let index = 0; index < first.length; index++) counts[cell(first[index]!, second[index]!)]++
  const { both, onlyFirst, onlySecond } = counts
  const samples = first.length
  const difference = samples === 0 ? 0 : (onlySecond - onlyFirst) / samples
  const [a, b] = [(both + onlySecond) / samples, (both + onlyFirst) / samples]
  const [lowA, highA] = wilsonInterval(both + onlySecond, samples)
  const [lowB, highB] = wilsonInterval(both + onlyFirst, samples)
  const phi = correlation(counts)
  const below = Math.sqrt(Math.max(0, (a - lowA) ** 2 - 2 * phi * (a - lowA) * (highB - b) + (highB - b) ** 2))
  const above = Math.sqrt(Math.max(0, (highA - a) ** 2 - 2 * phi * (highA - a) * (b - lowB) + (b - lowB) ** 2))
  const interval: Interval = samples === 0 ? [-1, 1] : [difference - below, difference + above]
  return { difference, interval, pValue: mcNemar(onlyFirst, onlySecond), onlyFirst, onlySecond }
}

interface Counts {
  both: number
  onlyFirst: number
  onlySecond: number
  neither: number
}

const cell = (first: number, second: number): keyof Counts =>
  first ? (second ? 'both' : 'onlyFirst') : second ? 'onlySecond' : 'neither'

/** Newcombe's φ, with his continuity correction for positive association. */
function correlation({ both, onlyFirst, onlySecond, neither }: Counts): number {
  const margins = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither)
  if (margins === 0) return 0
  const product = both * neither - onlyFirst * onlySecond
  const half = (both + onlyFirst + onlySecond + neither) / 2
  return (product > 0 ? Math.max(product - half, 0) : product) / Math.sqrt(margins)
}

/** Two-sided exact binomial test of `onlyFirst` against `onlySecond`. */
function mcNemar(onlyFirst: number, onlySecond: number): number {
  const trials = onlyFirst + onlySecond
  let [logTerm, tail] = [-trials * Math.LN2, 0]
  for (let successes = 0; successes <= Math.min(onlyFirst, onlySecond); successes++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log((trials - successes) / (successes + 1))
  }
  return Math.min(1, 2 * tail)
}
