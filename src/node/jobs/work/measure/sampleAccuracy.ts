import type { Graph } from '../../../../core/graph/graph'
import { indexOfLargest } from '../../../../core/measure/classification'
import { writeOnnx } from '../../../../core/onnx/index'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import type { Split, Version } from '../../../../shared/types'
import { createDataPool } from '../../../datasets'
import type { DatasetRecord } from '../../../datasets/record'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import { openImages } from '../images/labelledImages'
import type { LabelledImages } from '../images/labelledImages'

/** A few images on which many forms of one network are compared. */
export interface AccuracySample {
  readonly split: Split
  readonly samples: number
  /** Share of right answers. Throws `cancelled` when the signal, else that of the sample, aborts. */
  accuracy(graph: Graph, signal?: AbortSignal): Promise<number>
}

/** A stratified sample of the validation split, or of the training split where there is none: the test split scores finished versions only. */
export async function accuracySample(
  record: DatasetRecord,
  version: Version,
  graph: Graph,
  count: number,
  seed: number,
  signal: AbortSignal,
): Promise<AccuracySample> {
  const pool = createDataPool(record)
  try {
    const images = await openImages({ pool, record, version, graph })
    const split: Split = images.labels('val').length > 0 ? 'val' : 'train'
    const batches: LabelledImages[] = []
    for await (const batch of images.batches(split, images.choose(split, count, 'stratified', seed)))
      batches.push(batch)
    const samples = batches.reduce((sum, { labels }) => sum + labels.length, 0)
    return { split, samples, accuracy: async (each, own = signal) => (await hits(each, batches, own)) / samples }
  } finally {
    await pool.close()
  }
}

async function hits(graph: Graph, batches: readonly LabelledImages[], signal: AbortSignal): Promise<number> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1 })
  try {
    let right = 0
    for (const { images, shape, labels } of batches) {
      if (signal.aborted) throw new NNOptError('cancelled', 'planning stopped on request')
      const [scores] = atLeast(1, Object.values((await worker.run(images.slice(), shape)).outputs))
      const classes = scores.data.length / labels.length
      labels.forEach(
        (label, row) =>
          (right += Number(indexOfLargest(scores.data.subarray(row * classes, (row + 1) * classes)) === label)),
      )
    }
    return right
  } finally {
    await worker.close()
  }
}
