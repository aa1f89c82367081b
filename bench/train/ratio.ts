import { createRandom } from '../../src/core/data/random'
import { bootstrapMedian } from '../../src/core/measure/latency'
import type { Round } from './messages'

export interface Row {
  readonly backend: string
  readonly resolution: number
  readonly batch: number
  readonly imagesPerSecond: number
  readonly peerImagesPerSecond: number
  /** Median over the rounds of ours over the peer's, with the bootstrap's 95% interval. */
  readonly ratio: number
  readonly ratioInterval: readonly [low: number, high: number]
  readonly peakMemoryBytes: number
  readonly peerPeakMemoryBytes: number
  readonly rounds: number
}

/** What was measured side by side: images per second of each round. */
export interface Sample {
  readonly ours: Round
  readonly peer: Round
  readonly images: number
  readonly peerImages: number
}

export function rowOf(backend: string, resolution: number, batch: number, samples: readonly Sample[]): Row {
  const random = createRandom(1)
  const rate = ({ ours, images }: Sample): number => images / ours.seconds
  const peerRate = ({ peer, peerImages }: Sample): number => peerImages / peer.seconds
  const middle = (values: readonly number[]) => bootstrapMedian(values, () => random.uniform())
  const ratio = middle(samples.map((sample) => rate(sample) / peerRate(sample)))
  return {
    backend,
    resolution,
    batch,
    imagesPerSecond: middle(samples.map(rate)).median,
    peerImagesPerSecond: middle(samples.map(peerRate)).median,
    ratio: ratio.median,
    ratioInterval: [ratio.low, ratio.high],
    peakMemoryBytes: Math.max(...samples.map(({ ours }) => ours.peakMemoryBytes)),
    peerPeakMemoryBytes: Math.max(...samples.map(({ peer }) => peer.peakMemoryBytes)),
    rounds: samples.length,
  }
}
