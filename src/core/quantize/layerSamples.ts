import { atLeast } from '../../shared/atLeast'
/** The outputs of a layer over calibration images, reduced to what a correction reads. */
export interface LayerSample {
  readonly channels: number
  /** Values seen of each channel. */
  readonly count: number
  readonly means: Float64Array
  readonly meanSquares: Float64Array
}

/** Adds up the channels of one value, batch by batch. */
export interface LayerSampler {
  /** Values [N, C, …], row-major. */
  add(values: Float32Array, shape: readonly number[]): void
  sample(): LayerSample
}

export function createLayerSampler(): LayerSampler {
  let [count, sums, squares] = [0, new Float64Array(0), new Float64Array(0)]
  return {
    add(values, shape) {
      const [samples, channels] = atLeast(2, shape)
      if (count === 0) [sums, squares] = [new Float64Array(channels), new Float64Array(channels)]
      const length = values.length / (samples * channels)
      for (let run = 0; run < samples * channels; run++)
        addRun(values, run * length, length, run % channels, sums, squares)
      count += samples * length
    },
    sample: () => ({
      channels: sums.length,
      count,
      means: sums.map((sum) => sum / count),
      meanSquares: squares.map((sum) => sum / count),
    }),
  }
}

function addRun(
  values: Float32Array,
  start: number,
  length: number,
  channel: number,
  sums: Float64Array,
  squares: Float64Array,
): void {
  let [sum, square] = [0, 0]
  for (let index = start; index < start + length; index++) {
    sum += values[index]!
    square += values[index]! * values[index]!
  }
  sums[channel]! += sum
  squares[channel]! += square
}
