import { bindAugmentation } from '../../../core/data/augment'
import type { EvalMode, TrainMode } from '../../../core/data/batchPlan'
import { channels } from '../../../core/data/image'
import type { RgbImage, Size } from '../../../core/data/image'
import { geometry, preprocess } from '../../../core/data/preprocess'
import { preprocessedSize } from '../../../core/data/preprocessing'
import { NNOptError } from '../../../shared/errors'
import type { Problem } from '../../../shared/types/dataset'
import type { Batch, BatchTask } from '../pool/messages'
import { pictures } from './pictures'
import type { SampleReader } from './sampleReader'

/** Writes images one after another into a batch buffer. */
interface Filler {
  add(picture: RgbImage, sample: number): void
  images(): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>
}

/**
 * Reads, transforms and packs the samples of a batch. Throws with the sample's name if a transform cannot process it.
 */
export async function makeBatch(task: BatchTask, reader: SampleReader): Promise<Batch> {
  const filler = createFiller(task)
  const kept: number[] = []
  const unreadable: Problem[] = []
  for await (const result of pictures(task.samples, reader)) {
    if ('problem' in result) {
      unreadable.push(result.problem)
      continue
    }
    named(task.samples.names[result.position]!, () => filler.add(result.picture, task.indices[result.position]!))
    kept.push(result.position)
  }
  return { images: filler.images(), labels: chosen(task.labels, kept), indices: chosen(task.indices, kept), unreadable }
}

const chosen = (values: Int32Array, positions: readonly number[]): Int32Array =>
  Int32Array.from(positions, (position) => values[position]!)

function named(name: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (error instanceof NNOptError)
      throw new NNOptError(
        error.code,
        `image '${name}': ${error.message}`,
        { ...error.details, image: name },
        { cause: error },
      )
    throw error
  }
}

const createFiller = ({ mode, epoch, indices: { length }, memory }: BatchTask): Filler =>
  mode.kind === 'train' ? trainFiller(mode, epoch, length) : evalFiller(mode, length, memory)

function trainFiller({ augment, size, seed }: TrainMode, epoch: number, count: number): Filler {
  const augmentation = bindAugmentation(augment)
  const imageLength = size.width * size.height * channels
  const images = new Uint8Array(count * imageLength)
  let used = 0
  return {
    add(picture, sample) {
      images.set(augmentation(picture, { seed, epoch, sample }, size).data, used)
      used += imageLength
    },
    images: () => (used === images.length ? images : images.slice(0, used)),
  }
}

function evalFiller({ preprocessing }: EvalMode, count: number, memory?: ArrayBuffer): Filler {
  let size: Size | null = preprocessedSize(preprocessing)
  let images: Float32Array<ArrayBuffer> | undefined
  let used = 0
  return {
    add(picture) {
      size ??= geometry(picture, preprocessing)
      const imageLength = size.width * size.height * channels
      images ??= zeros(count * imageLength, memory)
      preprocess(picture, preprocessing, images, used, 'nchw', size)
      used += imageLength
    },
    images: () => (images && used === images.length ? images : (images?.slice(0, used) ?? new Float32Array())),
  }
}

/** New memory has to be faulted in page by page; reusing an earlier batch's memory is faster. */
function zeros(length: number, memory: ArrayBuffer | undefined): Float32Array<ArrayBuffer> {
  if (memory?.byteLength !== length * Float32Array.BYTES_PER_ELEMENT) return new Float32Array(length)
  return new Float32Array(memory).fill(0)
}
