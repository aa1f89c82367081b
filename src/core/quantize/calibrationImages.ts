import { atLeast } from '../../shared/atLeast'
/** What the images of a calibration set look like, as the model receives them. */
export interface CalibrationFacts {
  readonly images: number
  readonly constant: number
  readonly noiseLike: number
  readonly mean: number
  readonly standardDeviation: number
}

export interface CalibrationInspector {
  /** Images [N, C, H, W]. */
  add(images: Float32Array, shape: readonly number[]): void
  facts(): CalibrationFacts
}

/** Below this an image shows nothing. */
const flat = 1e-3

/** Neighbouring pixels of photographs correlate by 0.8 and more, those of noise by 0. */
const leastCorrelation = 0.2

export function createCalibrationInspector(): CalibrationInspector {
  let [images, constant, noiseLike, sum, squares, count] = [0, 0, 0, 0, 0, 0]
  return {
    add(values, shape) {
      const [batch, channels, , width] = atLeast(4, shape)
      const length = values.length / batch
      for (let image = 0; image < batch; image++) {
        const one = values.subarray(image * length, (image + 1) * length)
        const { deviation, correlation, total, totalSquares } = describe(one, width, channels)
        constant += Number(deviation < flat)
        noiseLike += Number(deviation >= flat && correlation < leastCorrelation)
        ;[sum, squares, count, images] = [sum + total, squares + totalSquares, count + length, images + 1]
      }
    },
    facts: () => ({
      images,
      constant,
      noiseLike,
      mean: sum / count,
      standardDeviation: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
    }),
  }
}

interface ImageDescription {
  readonly deviation: number
  /** Between pixels side by side, within each channel. */
  readonly correlation: number
  readonly total: number
  readonly totalSquares: number
}

function describe(image: Float32Array, width: number, channels: number): ImageDescription {
  const plane = image.length / channels
  let [total, totalSquares, within, products] = [0, 0, 0, 0]
  for (let channel = 0; channel < channels; channel++) {
    const values = image.subarray(channel * plane, (channel + 1) * plane)
    const sum = values.reduce((all, value) => all + value, 0)
    const mean = sum / plane
    total += sum
    for (let index = 0; index < plane; index++) {
      const centred = values[index]! - mean
      totalSquares += values[index]! ** 2
      within += centred ** 2
      if ((index + 1) % width !== 0) products += centred * (values[index + 1]! - mean)
    }
  }
  const pairs = width > 1 ? width / (width - 1) : 0
  return {
    deviation: Math.sqrt(within / image.length),
    correlation: within > 0 ? (products * pairs) / within : 0,
    total,
    totalSquares,
  }
}

/** More than this share of odd images is worth a warning. */
const tolerated = 0.05

/** Normalised images have about zero mean and unit spread; outside this they were prepared in another way. */
const usual = { mean: 2, least: 0.2, most: 3 }

/** What is odd about a calibration set; empty when nothing is. */
export function calibrationWarnings({
  images,
  constant,
  noiseLike,
  mean,
  standardDeviation,
}: CalibrationFacts): readonly string[] {
  const share = (part: number): string => `${part} of ${images} calibration images`
  const odd = Math.abs(mean) > usual.mean || standardDeviation < usual.least || standardDeviation > usual.most
  return [
    ...(constant > tolerated * images
      ? [`${share(constant)} are a single color: ranges calibrated on them are not meaningful; check the dataset`]
      : []),
    ...(noiseLike > tolerated * images
      ? [
          `${share(noiseLike)} look like noise: ranges calibrated on them do not apply to photographs; check the dataset`,
        ]
      : []),
    ...(odd && constant < images
      ? [
          `the calibration images have mean ${mean.toFixed(2)} and spread ${standardDeviation.toFixed(2)} after preprocessing, expected about 0 and 1: check the normalization (--preprocess)`,
        ]
      : []),
  ]
}
