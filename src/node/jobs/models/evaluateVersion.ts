import { availableParallelism } from 'node:os'
import { planEpoch } from '../../../core/data/batchPlan'
import type { Preprocessing } from '../../../core/data/preprocessing'
import { guessPreprocessing, preprocessedSize } from '../../../core/data/preprocessing'
import { preprocessingOf } from '../../../core/data/modelFacts'
import { sampleIndices } from '../../../core/data/sampling'
import { classOutput, producers } from '../../../core/graph/graph'
import type { Graph } from '../../../core/graph/graph'
import { parameterStatistics } from '../../../core/measure/parameterStatistics'
import { NNOptError } from '../../../shared/errors'
import type { Evaluation, Split, Version } from '../../../shared/types'
import { createDataPool, openDataset } from '../../datasets'
import type { DataPool, Dataset } from '../../datasets'
import type { DatasetRecord } from '../../datasets/record'
import { cpuInfo } from '../../inference/cpu'
import { evaluateBatches, warmupBatches } from '../../inference/evaluateBatches'
import type { BatchEvaluation, LabelledBatch } from '../../inference/evaluateBatches'
import { createInferenceWorker } from '../../inference/inferenceWorker'
import { runtimeName } from '../../inference/runtimeVersion'
import type { Predictions } from '../../store/predictions'
import type { StepContext } from '../step'
import { matchClasses } from './matchClasses'
import type { ClassMatch } from './matchClasses'
import { readModelFile } from './readModelFile'

export interface EvaluationRequest {
  readonly version: Version
  readonly modelPath: string
  readonly dataset: DatasetRecord
  readonly split: Split
  /** A stratified, seeded sample of so many images; all when absent. */
  readonly limit?: number | undefined
  readonly seed: number
  readonly batchSize: number
  /** Of onnxruntime; the cores when absent. */
  readonly threads?: number | undefined
  /** Whether int8 products may not saturate, on any CPU. */
  readonly exact?: boolean
}

type Hooks = Pick<StepContext, 'progress' | 'signal'>

/** Measures a version's file on a split with onnxruntime in a default session: the same protocol for fp32 and int8. */
export async function evaluateVersion(request: EvaluationRequest, hooks: Hooks): Promise<Evaluation> {
  return (await scoreVersion(request, hooks)).evaluation
}

export interface ScoredVersion {
  readonly evaluation: Evaluation
  /** 1 where the model is right, image by image. */
  readonly right: Uint8Array
  readonly predictions: Predictions
}

/** The same, with what it says of each image: for comparisons in pairs. */
export async function scoreVersion(request: EvaluationRequest, hooks: Hooks): Promise<ScoredVersion> {
  const { version, modelPath, threads = availableParallelism() } = request
  const { graph } = readModelFile(modelPath)
  const match = matchClasses(version, request.dataset)
  const dataset = await openDataset(request.dataset)
  const samples = chosenSamples(dataset, request)
  const read: number[] = []
  const worker = await createInferenceWorker(modelPath, { threads, ...(request.exact && { entries: { 'session.x64quantprecision': '1' } }) })
  try {
    const pool = createDataPool(request.dataset)
    try {
      const preprocessing = preprocessingFor(graph, version)
      const measured = await evaluateBatches(worker, labelled(pool, samples, preprocessing, request, match, read), {
        classes: match.classes,
        kind: endsInSoftmax(graph) ? 'probabilities' : 'logits',
        imageShape: imageShape(version, preprocessing),
        onProgress: (done) => hooks.progress({ label: `evaluating ${version.name}`, done, total: samples.length, unit: 'images' }),
        signal: hooks.signal,
      })
      const right = Uint8Array.from(measured.labels, (label, index) => Number(label === measured.predictions[index]))
      const { labels, predictions: predicted } = measured
      return { evaluation: result(request, threads, graph, measured, match), right, predictions: { datasetHash: request.dataset.hash, samples: Int32Array.from(read), labels, predicted } }
    } finally {
      await pool.close()
    }
  } finally {
    await worker.close()
  }
}

function chosenSamples(dataset: Dataset, { split, limit, seed }: EvaluationRequest): Int32Array {
  const labels = dataset.labels(split)
  if (labels.length === 0) throw new NNOptError('badInput', `data set '${dataset.record.name}' has no ${split} images: choose another --split, or add the data set with a '${split}' folder`)
  return limit === undefined || limit >= labels.length ? Int32Array.from(labels, (_, index) => index) : sampleIndices(labels, limit, { strategy: 'stratified', seed }).sort()
}

export const preprocessingFor = (graph: Graph, { inputSize: { height, width } }: Version): Preprocessing => preprocessingOf(graph) ?? guessPreprocessing(height, width).preprocessing

export function imageShape({ inputSize }: Version, preprocessing: Preprocessing): readonly number[] {
  const { height, width } = preprocessedSize(preprocessing) ?? inputSize
  return [3, height, width]
}

export const endsInSoftmax = (graph: Graph): boolean => producers(graph).get(classOutput(graph).name)?.op === 'Softmax'

async function* labelled(pool: DataPool, samples: Int32Array, preprocessing: Preprocessing, { split, batchSize }: EvaluationRequest, { outputOf }: ClassMatch, read: number[]): AsyncIterable<LabelledBatch> {
  const requests = planEpoch({ split, samples, batchSize, mode: { kind: 'eval', preprocessing } })
  for await (const { images, labels, indices, unreadable } of pool.batches(requests)) {
    read.push(...indices)
    yield { images, labels: labels.map((label) => outputOf[label]), unreadable }
  }
}

/** An accuracy below this multiple of a blind guess says more about the preparation of the images than about the model. */
const nearChance = 1.5

function result({ version, dataset, split, batchSize, exact }: EvaluationRequest, threads: number, graph: Graph, { score, skipped, timed }: BatchEvaluation, match: ClassMatch): Evaluation {
  const chance = 1 / match.classes.length
  const warnings = [
    ...(match.note === undefined ? [] : [match.note]),
    ...(score.accuracy < nearChance * chance ? [`the accuracy is near chance (${(chance * 100).toFixed(1)} %): check how the images are prepared (--preprocess) and the order of the classes (--classes)`] : []),
  ]
  return {
    version: version.id,
    dataset: dataset.name,
    split,
    ...score,
    samplesPerSecond: (timed.samples * 1000) / timed.totalMs,
    avgTimePerBatchMs: timed.totalMs / timed.batches,
    avgTimePerSampleMs: timed.totalMs / timed.samples,
    batchSize,
    threads,
    warmupBatches,
    device: { cpu: cpuInfo().model, runtime: exact ? `${runtimeName()}, exact int8` : runtimeName(), threads },
    skipped,
    warnings,
    ...parameterStatistics(graph),
    fileSizeBytes: version.sizeBytes,
  }
}
