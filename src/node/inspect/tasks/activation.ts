import { planEpoch } from '../../../core/data/batchPlan'
import { sampleIndices } from '../../../core/data/sampling'
import type { Graph } from '../../../core/graph/graph'
import { NNOptError } from '../../../shared/errors'
import type { Split, Version } from '../../../shared/types'
import { createDataPool } from '../../datasets'
import type { DataPool } from '../../datasets'
import { calibrate, calibrationBatchSize } from '../../inference/calibrate'
import type { ImageBatch } from '../../inference/messages'
import { imageShape, preprocessingFor } from '../../jobs/work/images/ends'
import { resolveDataset, resolveVersion } from '../../store/resolve'
import type { Inspection } from '../inspection'
import { openedDataset } from '../openedDataset'
import { openedGraph } from '../openedModel'

/** A histogram of one value over training images, or test images if there are none. */
export const activation: Inspection<'versions.activation'> = async (
  { store },
  { version: reference, value, dataset: name, images, seed },
) => {
  const version = await resolveVersion(store, reference)
  const graph = openedGraph(store, version)
  if (
    ![...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs.map((output) => ({ name: output })))].some(
      (each) => each.name === value,
    )
  )
    throw new NNOptError('notFound', `version '${version.name}' has no value '${value}'`)
  const dataset = await openedDataset(store, name)
  const split: Split = dataset.size('train') > 0 ? 'train' : 'test'
  const samples = sampleIndices(dataset.labels(split), Math.min(images, dataset.size(split)), {
    strategy: 'stratified',
    seed,
  })
  const pool = createDataPool(await resolveDataset(store, name), { workers: 1 })
  try {
    const statistics = (
      await calibrate(graph, [value], batches(pool, split, samples, graph, version), { histogram: true, workers: 1 })
    ).get(value)
    if (!statistics?.histogram) throw new NNOptError('internal', `value '${value}': expected a histogram`)
    const { count, min, max, histogram } = statistics
    return {
      value,
      images: samples.length,
      count,
      min,
      max,
      batches: statistics.batches.map((batch) => [batch.min, batch.max] as const),
      exponent: histogram.exponent,
      firstBin: histogram.firstBin,
      counts: [...histogram.counts],
    }
  } finally {
    await pool.close()
  }
}

async function* batches(
  pool: DataPool,
  split: Split,
  samples: Int32Array,
  graph: Graph,
  version: Version,
): AsyncIterable<ImageBatch> {
  const preprocessing = preprocessingFor(graph, version)
  const shape = imageShape(version, preprocessing)
  for await (const { images, labels } of pool.batches(
    planEpoch({
      split,
      samples,
      batchSize: calibrationBatchSize(shape[1]!, shape[2]!),
      mode: { kind: 'eval', preprocessing },
    }),
  )) {
    if (labels.length > 0) yield { images, shape: [labels.length, ...shape] }
  }
}
