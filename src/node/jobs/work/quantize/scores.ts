import { joinFloats } from '../../../../core/graph/joinFloats'
import { availableParallelism } from 'node:os'
import { compareScores } from '../../../../core/measure/compareScores'
import type { ScoreComparison, ScoredImages } from '../../../../core/measure/compareScores'
import type { ScoreKind } from '../../../../core/measure/classification'
import type { Graph } from '../../../../core/graph/graph'
import { writeOnnx } from '../../../../core/onnx/index'
import { convert } from '../../../../core/deploy/convert'
import { NNOptError } from '../../../../shared/errors'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import type { SessionOptions } from '../../../inference/messages'
import type { LabelledImages } from '../images/labelledImages'

export type Batches = () => AsyncIterable<LabelledImages>

export interface ScoreOptions {
  readonly kind: ScoreKind
  readonly signal?: AbortSignal
  readonly optimization?: SessionOptions['optimization']
  readonly entries?: SessionOptions['entries']
  readonly onProgress?: (images: number) => void
}

/** Runs a file over images in a default session and keeps its scores. */
export async function scoresOf(
  model: Uint8Array | string,
  batches: Batches,
  { kind, signal, optimization, entries, onProgress }: ScoreOptions,
): Promise<ScoredImages> {
  const worker = await createInferenceWorker(model, {
    threads: availableParallelism(),
    ...(optimization && { optimization }),
    ...(entries && { entries }),
  })
  const [scores, labels]: [Float32Array[], number[]] = [[], []]
  try {
    for await (const batch of batches()) {
      if (signal?.aborted) throw new NNOptError('cancelled', 'quantization stopped on request')
      const { outputs } = await worker.run(batch.images, batch.shape)
      scores.push(outputs[worker.outputs[0]!.name]!.data)
      labels.push(...batch.labels)
      onProgress?.(labels.length)
    }
  } finally {
    await worker.close()
  }
  return { scores: joinFloats(scores), labels: Int32Array.from(labels), kind }
}

/** The deployed form of a graph with parameters against the scores of its float network. */
export async function compareWith(
  reference: ScoredImages,
  graph: Graph,
  batches: Batches,
  options: ScoreOptions,
): Promise<ScoreComparison> {
  return compareScores(reference, await deployedScores(graph, batches, options))
}

export const deployedScores = (graph: Graph, batches: Batches, options: ScoreOptions): Promise<ScoredImages> =>
  scoresOf(writeOnnx(convert(graph).graph), batches, options)

/** Scores of the first images alone. */
export const firstOf = ({ scores, labels, kind }: ScoredImages, images: number): ScoredImages => ({
  scores: scores.subarray(0, (scores.length / labels.length) * images),
  labels: labels.subarray(0, images),
  kind,
})
