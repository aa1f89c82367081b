import { atLeast } from '../../../shared/atLeast'
import { NNOptError } from '../../../shared/errors'

/** What equalization has to know of a tensor, channel by channel. */
export interface ChannelStatistics {
  readonly name: string
  /** Values seen of each channel. */
  readonly count: number
  /** Largest magnitudes. */
  readonly maxima: Float64Array
  readonly meanSquares: Float64Array
}

/** Collects the channel statistics of one tensor, batch by batch. */
export interface ChannelCollector {
  /** Values [N, C, …], row-major. Throws `badInput` naming the tensor where a value is not finite. */
  observe(values: Float32Array, shape: readonly number[]): void
  statistics(): ChannelStatistics
}

export function createChannelCollector(name: string): ChannelCollector {
  let [count, maxima, squares] = [0, new Float64Array(0), new Float64Array(0)]
  return {
    observe(values, shape) {
      const [samples, channels] = atLeast(2, shape)
      if (count === 0) [maxima, squares] = [new Float64Array(channels), new Float64Array(channels)]
      const length = values.length / (samples * channels)
      for (let run = 0; run < samples * channels; run++) {
        const { maximum, sum } = magnitudes(values, run * length, (run + 1) * length)
        if (!Number.isFinite(sum))
          throw new NNOptError(
            'badInput',
            `tensor '${name}': channel ${run % channels} contains non-finite numbers; check the model and its input`,
            { tensor: name },
          )
        maxima[run % channels] = Math.max(maxima[run % channels]!, maximum)
        squares[run % channels]! += sum
      }
      count += samples * length
    },
    statistics: () => ({ name, count, maxima, meanSquares: squares.map((sum) => sum / count) }),
  }
}

function magnitudes(
  values: Float32Array,
  start: number,
  end: number,
): { readonly maximum: number; readonly sum: number } {
  let [low, high, sum] = [0, 0, 0]
  for (let index = start; index < end; index++) {
    const value = values[index]!
    if (value < low) low = value
    if (value > high) high = value
    sum += value * value
  }
  return { maximum: Math.max(-low, high), sum }
}

/** The statistics of all the values of both. */
export function mergeChannels(a: ChannelStatistics, b: ChannelStatistics): ChannelStatistics {
  const count = a.count + b.count
  return {
    name: a.name,
    count,
    maxima: a.maxima.map((value, channel) => Math.max(value, b.maxima[channel]!)),
    meanSquares: a.meanSquares.map((value, channel) => (value * a.count + b.meanSquares[channel]! * b.count) / count),
  }
}
