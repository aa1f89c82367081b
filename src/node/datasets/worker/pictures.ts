import type { RgbImage } from '../../../core/data/image'
import type { Problem } from '../../../shared/types/dataset'
import type { SampleRefs } from '../pool/messages'
import type { SampleReader } from './sampleReader'
import { UnreadableImage } from './unreadableImage'

export interface ReadPicture {
  readonly position: number
  readonly bytes: Buffer
  readonly picture: RgbImage
}

export type ReadResult =
  ReadPicture | { readonly position: number; readonly bytes: Buffer | undefined; readonly problem: Problem }

/**
 * All samples in order, readable or with the reason why not; the next one is decoded while the consumer processes this
 * one.
 */
export async function* pictures(samples: SampleRefs, reader: SampleReader): AsyncGenerator<ReadResult> {
  const count = samples.file.length
  let next = count > 0 ? read(samples, 0, reader) : undefined
  for (let position = 0; position < count && next; position++) {
    const current: Promise<ReadResult> = next
    next = position + 1 < count ? read(samples, position + 1, reader) : undefined
    yield await current
  }
}

async function read(samples: SampleRefs, position: number, reader: SampleReader): Promise<ReadResult> {
  let bytes: Buffer | undefined
  try {
    bytes = reader.bytes(samples, position)
    return { position, bytes, picture: await reader.picture(samples, position, bytes) }
  } catch (error) {
    if (!(error instanceof UnreadableImage)) throw error
    return { position, bytes, problem: { path: samples.names[position]!, reason: error.message } }
  }
}
