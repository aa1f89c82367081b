import { NNOptError } from '../../../shared/errors'

/** Largest magnitude of each channel of one tensor over all batches. */
export interface ChannelMaxima {
  /** Values [N, C, …], row-major. Throws `badInput` naming the tensor where a value is not finite. */
  observe(values: Float32Array, shape: readonly number[]): void
  maxima(): Float32Array
}

export function createChannelMaxima(name: string): ChannelMaxima {
  let largest = new Float32Array(0)
  return {
    observe(values, [samples, channels]) {
      if (largest.length === 0) largest = new Float32Array(channels)
      const length = values.length / (samples * channels)
      for (let run = 0; run < samples * channels; run++) {
        const maximum = largestMagnitude(values, run * length, (run + 1) * length)
        if (!(maximum < Infinity)) throw new NNOptError('badInput', `tensor '${name}': channel ${run % channels} holds numbers that are not finite; check the model and its input`, { tensor: name })
        largest[run % channels] = Math.max(largest[run % channels], maximum)
      }
    },
    maxima: () => largest,
  }
}

/** NaN where one of the values is not a number. */
function largestMagnitude(values: Float32Array, start: number, end: number): number {
  let [low, high] = [0, 0]
  for (let index = start; index < end; index++) {
    const value = values[index]
    if (value >= low && value <= high) continue
    if (value < low) low = value
    else if (value > high) high = value
    else return NaN
  }
  return Math.max(-low, high)
}

/** Channel by channel the larger of both. */
export const mergeMaxima = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, channel) => Math.max(value, b[channel]))
