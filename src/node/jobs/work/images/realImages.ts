import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planEpoch } from '../../../../core/data/batchPlan'
import { sampleIndices } from '../../../../core/data/sampling'
import type { Graph } from '../../../../core/graph/graph'
import type { Version } from '../../../../shared/types'
import { sampleArchive, sampleName } from '../../../bundled'
import { addDataset, createDataPool, openDataset } from '../../../datasets'
import type { DatasetRecord } from '../../../datasets/record'
import { calibrationBatchSize } from '../../../inference/calibrate'
import type { ImageBatch } from '../../../inference/messages'
import type { Store } from '../../../store'
import { imageShape, preprocessingFor } from './ends'

export interface RealImages {
  /** Name of the dataset. */
  readonly dataset: string
  readonly batches: readonly ImageBatch[]
}

/**
 * Real images, prepared as the version reads them: of the dataset that it or one of its ancestors was made or measured with, of any other in the
 * workspace, or of the bundled sample. Held-out images come first.
 */
export async function realImages(
  store: Pick<Store, 'versions' | 'measurements' | 'datasets'>,
  version: Version,
  graph: Graph,
  count: number,
): Promise<RealImages> {
  const own = await ownDataset(store, version)
  return own ? imagesOf(own, version, graph, count) : withSample((sample) => imagesOf(sample, version, graph, count))
}

async function ownDataset(
  { versions, measurements, datasets }: Pick<Store, 'versions' | 'measurements' | 'datasets'>,
  version: Version,
): Promise<DatasetRecord | undefined> {
  const known = await datasets.list()
  for (let each: Version | undefined = version; each; each = await parentOf(versions, each)) {
    const measured = (await measurements.evaluations(each.id)).map(({ evaluation }) => evaluation.dataset)
    const names = [each.step['dataset'], ...measured]
    const found = known.find(({ name }) => names.includes(name))
    if (found) return found
  }
  return known[0]
}

const parentOf = async (versions: Store['versions'], { parentId }: Version): Promise<Version | undefined> =>
  parentId === null ? undefined : versions.find(parentId)

async function withSample<T>(work: (sample: DatasetRecord) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-sample-'))
  try {
    return await work(
      await addDataset({ name: sampleName, path: sampleArchive(), seed: 0, folder: join(folder, 'dataset') }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function imagesOf(record: DatasetRecord, version: Version, graph: Graph, count: number): Promise<RealImages> {
  const dataset = await openDataset(record)
  const preprocessing = preprocessingFor(graph, version)
  const shape = imageShape(version, preprocessing)
  const split = (['val', 'test', 'train'] as const).find((each) => dataset.size(each) > 0) ?? 'train'
  const plan = planEpoch({
    split,
    samples: sampleIndices(dataset.labels(split), count, { strategy: 'stratified', seed: 0 }),
    batchSize: calibrationBatchSize(shape[1]!, shape[2]!),
    mode: { kind: 'eval', preprocessing },
  })
  const pool = createDataPool(record)
  try {
    const batches: ImageBatch[] = []
    for await (const { images, labels } of pool.batches(plan))
      if (labels.length > 0) batches.push({ images, shape: [labels.length, ...shape] })
    return { dataset: record.name, batches }
  } finally {
    await pool.close()
  }
}
