import { splits } from '../../../shared/types/dataset'
import type { StoredDataset } from '../record'
import { createSampleReader } from '../worker/sampleReader'
import { UnreadableImage } from '../worker/unreadableImage'
import { openDataset } from './openDataset'

/** Reads every image of a dataset; the images that are not what was added, each with the reason. Throws where its list is damaged. */
export async function damagedImages(record: StoredDataset): Promise<readonly string[]> {
  const dataset = await openDataset(record)
  const reader = createSampleReader()
  const found: string[] = []
  for (const split of splits) {
    const samples = dataset.locate(
      split,
      Int32Array.from({ length: dataset.size(split) }, (_, index) => index),
    )
    for (let position = 0; position < samples.file.length; position++)
      try {
        reader.bytes(samples, position)
      } catch (error) {
        if (!(error instanceof UnreadableImage)) throw error
        found.push(`'${samples.names[position]}', which ${error.message}`)
      }
  }
  return found
}
