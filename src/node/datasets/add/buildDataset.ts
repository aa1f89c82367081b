import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { compareText } from '../../../core/data/splits'
import { NNOptError } from '../../../shared/errors'
import type { Split } from '../../../shared/types/dataset'
import { readForeign } from '../../foreign/readForeign'
import { sampleTableFile, writeSampleTable } from '../read/sampleTable'
import type { DatasetRecord, Storage } from '../record'
import type { AddDatasetOptions } from './options'
import { assignSplits } from './assignSplits'
import { createBlobWriter } from './blobWriter'
import { buildTable, pixelsFile, samplesFile } from './buildTable'
import { assertClasses, classNames } from './classes'
import { describeDataset } from './describeDataset'
import { inspectImages } from './inspectImages'
import type { InspectionResult } from './inspectImages'
import type { PlacedImages } from './placeImages'
import type { ListedSources } from './listSources'
import { mergeSources } from './merge'
import type { SplitImage } from './warnings'

/** Writes a dataset into an empty folder and describes it. */
export async function buildDataset(options: AddDatasetOptions, draft: string): Promise<DatasetRecord> {
  const paths = typeof options.path === 'string' ? [options.path] : options.path
  const pixelBlob = createBlobWriter(join(draft, pixelsFile))
  try {
    const listed = await readSources(paths, options, join(draft, samplesFile))
    const placed = mergeSources(listed.sources)
    assertClasses(placed)
    const inspected = await inspectImages(placed.images, {
      ...passedOn(options),
      workers: options.workers,
      pixelBlob,
    })
    assertReadable(placed, inspected)
    pixelBlob.close()
    return await write(options, draft, { listed, placed, inspected })
  } finally {
    pixelBlob.close()
  }
}

const passedOn = ({ signal, onProgress }: AddDatasetOptions) => ({
  signal,
  onProgress: onProgress ?? (() => undefined),
})

async function readSources(paths: readonly string[], options: AddDatasetOptions, blob: string): Promise<ListedSources> {
  if (paths.length === 0)
    throw new NNOptError('wrongCall', `dataset '${options.name}': expected at least one folder or archive, got none`)
  const { format, formatParams, followLinks = true } = options
  const request = { paths, format, formatParams, followLinks, blob }
  return readForeign('sources', request, { what: `dataset '${options.name}'`, ...passedOn(options) })
}

function assertReadable(placed: PlacedImages, { images, unreadable }: InspectionResult): void {
  const [first] = unreadable
  if (first && images.length === 0)
    throw new NNOptError(
      'badInput',
      `none of the ${unreadable.length} images can be read; the first is '${first.path}' (${first.reason})`,
    )
  assertClasses({ images, folders: placed.folders }, unreadable)
}

interface Parts {
  readonly listed: ListedSources
  readonly placed: PlacedImages
  readonly inspected: InspectionResult
}

async function write(options: AddDatasetOptions, draft: string, parts: Parts): Promise<DatasetRecord> {
  const { listed, placed, inspected } = parts
  const classes = classNames(placed)
  const images = sorted(inspected.images, assignSplits(inspected.images, options.seed))
  const storage: Storage = inspected.keptPixels
    ? 'pixels'
    : images.some(({ inArchive }) => inArchive)
      ? 'archive'
      : 'folder'
  await Promise.all([
    storage !== 'pixels' && rm(join(draft, pixelsFile)),
    storage !== 'archive' && rm(join(draft, samplesFile)),
  ])
  const tableHash = await writeSampleTable(join(draft, sampleTableFile), buildTable(images, classes, storage))
  return describeDataset({
    options,
    listed,
    inspected,
    images,
    classes,
    storage,
    tableHash,
    sizeBytes: await folderBytes(draft, storage),
  })
}

const splitOrder: Readonly<Record<Split, number>> = { train: 0, val: 1, test: 2 }

function sorted(images: InspectionResult['images'], assigned: readonly Split[]): readonly SplitImage[] {
  const withSplit = images.map((image, index) => ({ ...image, split: assigned[index]! }))
  return withSplit.sort(
    (a, b) =>
      splitOrder[a.split] - splitOrder[b.split] || compareText(a.className, b.className) || compareText(a.key, b.key),
  )
}

async function folderBytes(draft: string, storage: Storage): Promise<number> {
  const files = [sampleTableFile, ...(storage === 'pixels' ? [pixelsFile] : storage === 'archive' ? [samplesFile] : [])]
  const sizes = await Promise.all(files.map((file) => stat(join(draft, file))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}
