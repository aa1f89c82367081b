import type { Problem, Split } from '../../../shared/types/dataset'
import { maxListedProblems } from '../record'
import type { DatasetFacts, DatasetRecord, Storage } from '../record'
import type { AddDatasetOptions } from './options'
import { datasetHash } from './datasetHash'
import type { InspectionResult } from './inspectImages'
import type { ListedSources } from './listSources'
import { datasetWarnings } from './warnings'
import type { SplitImage } from './warnings'

export interface FinishedDataset {
  readonly options: AddDatasetOptions
  readonly listed: ListedSources
  readonly inspected: InspectionResult
  readonly images: readonly SplitImage[]
  readonly classes: readonly string[]
  readonly storage: Storage
  readonly tableHash: string
  readonly sizeBytes: number
}

/** The record of a dataset that is about to be moved to its folder. */
export function describeDataset(dataset: FinishedDataset): DatasetRecord {
  const { options, listed, inspected, images, classes } = dataset
  const problems: readonly Problem[] = [
    ...listed.sources.flatMap(({ listing }) => listing.problems),
    ...inspected.unreadable.map(({ path, reason }) => ({ path, reason })),
  ]
  return {
    name: options.name,
    folder: options.folder,
    source: { format: listed.formats.join(' + '), path: listed.sources.map(({ path }) => path).join(', ') },
    classes,
    counts: countsOf(images),
    perClass: countsByClass(images, classes),
    hash: datasetHash(images),
    seed: options.seed,
    problems: problems.slice(0, maxListedProblems),
    createdAt: new Date().toISOString(),
    facts: factsOf(dataset, problems.length),
  }
}

type Counts = Record<Split, number>

function countsOf(images: readonly SplitImage[]): Counts {
  const counts = { train: 0, val: 0, test: 0 }
  for (const { split } of images) counts[split]++
  return counts
}

function countsByClass(images: readonly SplitImage[], classes: readonly string[]): Readonly<Record<string, Counts>> {
  const counts = new Map(classes.map((name) => [name, { train: 0, val: 0, test: 0 }]))
  for (const { className, split } of images) {
    const entry = counts.get(className)
    if (entry) entry[split]++
  }
  return Object.fromEntries(counts)
}

function factsOf(
  { inspected, images, classes, listed, storage, tableHash, sizeBytes }: FinishedDataset,
  skipped: number,
): DatasetFacts {
  const widths = images.map(({ width }) => width)
  const heights = images.map(({ height }) => height)
  return {
    storage,
    tableHash,
    sizeBytes,
    imageSize: {
      minWidth: smallest(widths),
      maxWidth: largest(widths),
      minHeight: smallest(heights),
      maxHeight: largest(heights),
    },
    pixels: inspected.pixels,
    skipped,
    warnings: datasetWarnings(images, classes, listed.sources),
  }
}

const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
