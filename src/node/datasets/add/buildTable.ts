import { splits } from '../../../shared/types/dataset'
import type { SampleTable } from '../read/sampleTable'
import type { Storage } from '../record'
import type { SplitImage } from './warnings'

/** File names in a dataset's folder. */
export const pixelsFile = 'pixels.rgb'
export const samplesFile = 'samples.bin'

type Store = SampleTable['stores'][number]

/** Columns of the samples, sorted by split, class and path. */
export function buildTable(images: readonly SplitImage[], classes: readonly string[], storage: Storage): SampleTable {
  const labelOf = new Map(classes.map((name, label) => [name, label]))
  const stores = createStores(storage)
  const placed = images.map((image) => ({ image, store: stores.positionOf(image) }))
  return {
    version: 1,
    stores: stores.list,
    split: images.map(({ split }) => splits.indexOf(split)),
    label: images.map(({ className }) => labelOf.get(className) ?? -1),
    store: placed.map(({ store }) => store),
    path: images.map(({ path }) => path),
    offset: images.map(({ offset, pixelOffset }) => (storage === 'pixels' ? (pixelOffset ?? 0) : offset)),
    length: images.map(({ length, width, height }) => (storage === 'pixels' ? width * height * 3 : length)),
    crc: images.map(({ crc, pixelCrc }) => (storage === 'pixels' ? pixelCrc : crc)),
    width: images.map(({ width }) => width),
    height: images.map(({ height }) => height),
  }
}

interface Stores {
  readonly list: readonly Store[]
  positionOf(image: SplitImage): number
}

function createStores(storage: Storage): Stores {
  const list: Store[] = []
  const positionOf = (store: Store): number => {
    const found = list.findIndex(({ kind, path }) => kind === store.kind && path === store.path)
    return found >= 0 ? found : list.push(store) - 1
  }
  return { list, positionOf: (image) => positionOf(storeOf(image, storage)) }
}

function storeOf({ inArchive, pixels, file, path }: SplitImage, storage: Storage): Store {
  if (storage === 'pixels') return { kind: 'pixels', path: pixelsFile }
  if (inArchive) return { kind: pixels ? 'pixels' : 'encoded', path: samplesFile }
  return { kind: 'folder', path: file.slice(0, -path.length).replace(/[/\\]$/, '') }
}
