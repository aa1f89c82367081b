import { availableParallelism } from 'node:os'
import { sampleIndices } from '../../../../core/data/sampling'
import type { Graph } from '../../../../core/graph/graph'
import { parameterStatistics } from '../../../../core/measure/parameterStatistics'
import { NNOptError } from '../../../../shared/errors'
import type { Engine, Evaluation, ModelForm, Split, Version } from '../../../../shared/types'
import { openDataset } from '../../../datasets'
import type { Dataset } from '../../../datasets'
import type { DatasetRecord } from '../../../datasets/record'
import { cpuInfo } from '../../../inference/cpu'
import { runtimeText } from '../../../inference/engineName'
import { scoreBatches, warmupBatches } from '../../../inference/evaluateBatches'
import type { BatchEvaluation, ScoredBatch } from '../../../inference/evaluateBatches'
import type { Concurrency } from '../../../inference/pool/calls'
import { createInferencePool } from '../../../inference/pool/pool'
import type { PooledModel } from '../../../inference/pool/pool'
import { answersToSamples } from '../../../inference/pool/samples'
import type { Predictions } from '../../../store/tables/predictions'
import type { StepContext } from '../../step'
import { endsInSoftmax, imageShape, preprocessingFor } from '../images/ends'
import { matchClasses } from '../images/matchClasses'
import type { ClassMatch } from '../images/matchClasses'
import { readModelFile } from '../versions/readModelFile'

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
  /** How sessions share the cores; one session on all threads when absent. */
  readonly concurrency?: Concurrency | undefined
  readonly engine?: Engine | undefined
  /** Another form of the same function that runs in place of the file. */
  readonly runs?: { readonly path: string; readonly form: ModelForm } | undefined
  /** Whether int8 products may not saturate, on any CPU. */
  readonly exact?: boolean
}

type Hooks = Pick<StepContext, 'progress' | 'signal'> & Partial<Pick<StepContext, 'warn'>>

export interface ScoredVersion {
  readonly evaluation: Evaluation
  /** 1 where the model is right, image by image. */
  readonly right: Uint8Array
  readonly predictions: Predictions
}

/** Measures a version's file on a split with onnxruntime in a default session, by the same protocol for fp32 and int8, and keeps what it predicts for each image. */
export async function evaluateVersion(request: EvaluationRequest, hooks: Hooks): Promise<ScoredVersion> {
  const { version, modelPath } = request
  const { graph } = readModelFile(modelPath)
  const match = matchClasses(version, request.dataset)
  const samples = chosenSamples(await openDataset(request.dataset), request)
  const read: number[] = []
  const pool = createInferencePool({
    onCrash: (how) => hooks.warn?.(`the inference process ${how}; its pending work is repeated`),
  })
  try {
    const model = await pool.open(request.runs?.path ?? modelPath, concurrencyOf(request), {
      engine: request.engine ?? 'onnxruntime',
      ...(request.exact && { entries: { 'session.x64quantprecision': '1' } }),
    })
    const measured = await scoreBatches(
      labelled(model, await pool.data(request.dataset), { graph, samples, request, match, read, signal: hooks.signal }),
      {
        classes: match.classes,
        kind: endsInSoftmax(graph) ? 'probabilities' : 'logits',
        onProgress: (done) =>
          hooks.progress({ label: `evaluating ${version.name}`, done, total: samples.length, unit: 'images' }),
        signal: hooks.signal,
      },
    )
    const right = Uint8Array.from(measured.labels, (label, index) => Number(label === measured.predictions[index]))
    const { labels, predictions: predicted } = measured
    return {
      evaluation: result(request, model.concurrency, graph, measured, match),
      right,
      predictions: { datasetHash: request.dataset.hash, samples: Int32Array.from(read), labels, predicted },
    }
  } finally {
    await pool.close()
  }
}

const concurrencyOf = ({ concurrency, threads = availableParallelism() }: EvaluationRequest): Concurrency =>
  concurrency ?? { sessions: 1, threads }

function chosenSamples(dataset: Dataset, { split, limit, seed }: EvaluationRequest): Int32Array {
  const labels = dataset.labels(split)
  if (labels.length === 0)
    throw new NNOptError(
      'badInput',
      `dataset '${dataset.record.name}' has no ${split} images: choose another --split, or add the dataset with a '${split}' folder`,
    )
  return limit === undefined || limit >= labels.length
    ? Int32Array.from(labels, (_, index) => index)
    : sampleIndices(labels, limit, { strategy: 'stratified', seed }).sort()
}

interface Labelling {
  readonly graph: Graph
  readonly samples: Int32Array
  readonly request: EvaluationRequest
  readonly match: ClassMatch
  /** Filled with the samples that could be read. */
  readonly read: number[]
  readonly signal: AbortSignal
}

async function* labelled(
  model: PooledModel,
  data: number,
  { graph, samples, request: { version, dataset, split, batchSize }, match: { outputOf }, read, signal }: Labelling,
): AsyncIterable<ScoredBatch> {
  const preprocessing = preprocessingFor(graph, version)
  const plan = {
    data,
    dataset: dataset.name,
    split,
    samples,
    batchSize,
    mode: { kind: 'eval' as const, preprocessing },
    imageShape: imageShape(version, preprocessing),
    warmups: warmupBatches,
    signal,
  }
  for await (const { output, labels, indices, unreadable, runMs } of answersToSamples(model, plan)) {
    read.push(...indices)
    // Sessions work side by side: the machine's time for a batch is the share of each.
    yield {
      scores: output && output.data,
      labels: labels.map((label) => outputOf[label]!),
      unreadable,
      runMs: runMs / model.concurrency.sessions,
    }
  }
}

/** An accuracy below this multiple of a blind guess says more about the preparation of the images than about the model. */
const nearChance = 1.5

function result(
  { version, dataset, split, batchSize, ...how }: EvaluationRequest,
  { sessions, threads: perSession }: Concurrency,
  graph: Graph,
  { score, skipped, timed }: BatchEvaluation,
  match: ClassMatch,
): Evaluation {
  const threads = sessions * perSession
  const chance = 1 / match.classes.length
  const warnings = [
    ...(match.note === undefined ? [] : [match.note]),
    ...(score.accuracy < nearChance * chance
      ? [
          `the accuracy is near chance (${(chance * 100).toFixed(1)}%): check the preprocessing (--preprocess) and the order of the classes (--classes)`,
        ]
      : []),
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
    device: { cpu: cpuInfo().model, runtime: runtimeText(how.engine, how.runs?.form, how.exact), threads },
    skipped,
    warnings,
    ...parameterStatistics(graph),
    fileSizeBytes: version.sizeBytes,
  }
}
