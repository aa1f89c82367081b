import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import { add, mul, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core'
import type { ImageBatch } from './imageBatch'

/** Mean and standard deviation of RGB / 255. */
export interface Normalization {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

export interface Normalizer {
  apply(batch: ImageBatch): Tensor4D
  /** What `run` makes of the batch's tensor, which is freed afterwards, whether it succeeds or not. */
  use<T>(batch: ImageBatch, run: (images: Tensor4D) => T): T
  dispose(): void
}

/** (byte / 255 − mean) / std as one multiply and one add on the device. */
export function createNormalizer({ mean, std }: Normalization): Normalizer {
  const factor: Tensor1D = tensor1d(std.map((deviation) => 1 / (255 * deviation)))
  const offset: Tensor1D = tensor1d(std.map((deviation, channel) => -mean[channel]! / deviation))
  const apply = ({ images, height, width, labels }: ImageBatch): Tensor4D =>
    tidy(() => add(mul(tensor(new Float32Array(images), [labels.length, height, width, 3]), factor), offset))
  return {
    apply,
    use: (batch, run) => {
      const images = apply(batch)
      try {
        return run(images)
      } finally {
        images.dispose()
      }
    },
    dispose: () => [factor, offset].forEach((constant) => constant.dispose()),
  }
}
