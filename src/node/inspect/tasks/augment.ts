import { bindAugmentation, defaultAugmentation, parseAugmentation } from '../../../core/data/augment'
import { encodePng } from '../../datasets/read/png'
import { createSampleReader } from '../../datasets/worker/sampleReader'
import type { Inspection } from '../inspection'
import { openedDataset } from '../openedDataset'

const reader = createSampleReader()

/** The pixels that the training threads would produce from an image: same decoder, transforms and random streams. */
export const augment: Inspection<'datasets.augment'> = async (
  { store },
  { name, split, index, steps: wanted, size, seed, epochs },
) => {
  const dataset = await openedDataset(store, name)
  const steps = wanted === undefined ? defaultAugmentation(size) : parseAugmentation(wanted)
  const refs = dataset.locate(split, Int32Array.of(index))
  const image = await reader.picture(refs, 0, reader.bytes(refs, 0))
  const apply = bindAugmentation(steps)
  const pictures = Array.from({ length: epochs }, (_, epoch) =>
    encodePng(apply(image, { seed, epoch, sample: index }, size).data, size.width, size.height),
  )
  return { steps, pictures }
}
