import type { Preprocessing } from '../../../../core/data/preprocessing'
import { planEpoch } from '../../../../core/data/batchPlan'
import { sampleIndices } from '../../../../core/data/sampling'
import type { SamplingStrategy } from '../../../../core/data/sampling'
import type { Graph } from '../../../../core/graph/graph'
import { NNOptError } from '../../../../shared/errors'
import type { Split, Version } from '../../../../shared/types'
import { openDataset } from '../../../datasets'
import type { DataPool } from '../../../datasets'
import type { DatasetRecord } from '../../../datasets/record'
import { calibrationBatchSize } from '../../../inference/calibrate'
import type { ImageBatch } from '../../../inference/messages'
import { imageShape, preprocessingFor } from '../images/ends'
import { matchClasses } from './matchClasses'

/** Prepared images with the model's number of each true class. */
export interface LabelledImages extends ImageBatch {
  readonly labels: Int32Array
}

/** The images of a dataset as one model sees them. */
export interface ImageSource {
  readonly record: DatasetRecord
  /** Labels of a split, in its order; empty when the dataset has none. */
  labels(split: Split): Int32Array
  /** A seeded choice of positions in a split; all of them when there are fewer. */
  choose(split: Split, count: number, strategy: SamplingStrategy, seed: number): Int32Array
  /** Batches as small as calibration wants them, or of `batchSize`. */
  batches(split: Split, samples: Int32Array, batchSize?: number): AsyncIterable<LabelledImages>
  readonly shape: readonly number[]
  readonly preprocessing: Preprocessing
}

export interface ImageSourceParts {
  readonly pool: DataPool
  readonly record: DatasetRecord
  readonly version: Version
  readonly graph: Graph
}

const splits: readonly Split[] = ['train', 'val', 'test']

export async function openImages({ pool, record, version, graph }: ImageSourceParts): Promise<ImageSource> {
  const dataset = await openDataset(record)
  const { outputOf } = matchClasses(version, record)
  const labels = new Map(splits.map((split) => [split, dataset.labels(split)]))
  const preprocessing = preprocessingFor(graph, version)
  const shape = imageShape(version, preprocessing)
  return {
    record,
    shape,
    preprocessing,
    labels: (split) => labels.get(split) ?? new Int32Array(0),
    choose(split, count, strategy, seed) {
      const known = labels.get(split) ?? new Int32Array(0)
      if (known.length === 0)
        throw new NNOptError(
          'badInput',
          `dataset '${record.name}' has no ${split} images: add it again with a '${split}' folder`,
        )
      return sampleIndices(known, Math.min(count, known.length), { strategy, seed })
    },
    async *batches(split, samples, batchSize = calibrationBatchSize(shape[1]!, shape[2]!)) {
      for await (const batch of pool.batches(
        planEpoch({ split, samples, batchSize, mode: { kind: 'eval', preprocessing } }),
      )) {
        if (batch.labels.length > 0)
          yield {
            images: batch.images,
            shape: [batch.labels.length, ...shape],
            labels: batch.labels.map((label) => outputOf[label]!),
          }
      }
    },
  }
}

/** All batches at once, for the layers that run over them again and again. */
export async function kept(batches: AsyncIterable<ImageBatch>): Promise<readonly ImageBatch[]> {
  const found: ImageBatch[] = []
  for await (const batch of batches) found.push(batch)
  return found
}

/** The first images of a choice, in whole batches. */
export const firstImages = (
  batches: () => AsyncIterable<LabelledImages>,
  count: number,
): (() => AsyncIterable<LabelledImages>) =>
  async function* () {
    let seen = 0
    for await (const batch of batches()) {
      if (seen >= count) return
      seen += batch.labels.length
      yield batch
    }
  }
