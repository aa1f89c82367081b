import type { Inspection } from '../pool/messages'

type Triple = readonly [number, number, number]

export interface PixelStatistics {
  /** Of RGB / 255. */
  readonly mean: Triple
  readonly std: Triple
}

const maxByte = 255

export interface PixelSums {
  add(inspection: Pick<Inspection, 'sums' | 'squares' | 'pixelCount'>): void
  result(): PixelStatistics
}

/** Mean and standard deviation of the pixels, from exact sums of bytes; 0 if there are no pixels. */
export function createPixelSums(): PixelSums {
  const [sums, squares] = [new Float64Array(3), new Float64Array(3)]
  let count = 0
  const mean = (channel: number): number => (count > 0 ? sums[channel]! / count / maxByte : 0)
  const std = (channel: number): number =>
    count > 0 ? Math.sqrt(Math.max(0, squares[channel]! / count / maxByte ** 2 - mean(channel) ** 2)) : 0
  return {
    add(inspection) {
      for (let channel = 0; channel < 3; channel++) {
        sums[channel]! += inspection.sums[channel]!
        squares[channel]! += inspection.squares[channel]!
      }
      count += inspection.pixelCount
    },
    result: () => ({ mean: [mean(0), mean(1), mean(2)], std: [std(0), std(1), std(2)] }),
  }
}
