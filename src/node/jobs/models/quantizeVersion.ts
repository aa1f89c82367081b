import { planEpoch } from '../../../core/data/batchPlan'
import type { Preprocessing } from '../../../core/data/preprocessing'
import { sampleIndices } from '../../../core/data/sampling'
import type { Graph } from '../../../core/graph/graph'
import { ptqConfig } from '../../../core/quantize/config'
import { observers } from '../../../core/quantize/observers/index'
import type { TensorStatistics } from '../../../core/quantize/observers/statistics'
import { chosenRanges, prepare, ptq, withQParams } from '../../../core/quantize/ptq'
import type { Prepared, PtqReport } from '../../../core/quantize/ptq'
import { NNOptError } from '../../../shared/errors'
import type { Version } from '../../../shared/types'
import { createDataPool, openDataset } from '../../datasets'
import type { DataPool } from '../../datasets'
import type { DatasetRecord } from '../../datasets/record'
import { calibrate, calibrationBatchSize } from '../../inference/calibrate'
import type { ImageBatch } from '../../inference/protocol'
import { freeName, resolveDataset } from '../../store/resolve'
import type { StepContext, StepOutput } from '../step'
import type { QuantizeParams } from '../steps/quantize'
import { imageShape, preprocessingFor } from './evaluateVersion'
import { matchClasses } from './matchClasses'
import { readTrainable } from './readVersion'
import { saveModel } from './saveModel'

/** An fp32 version with the quantization parameters that calibration gives it. */
export interface QuantizationStart {
  readonly parent: Version
  readonly dataset: DatasetRecord
  readonly preprocessing: Preprocessing
  /** Float weights with parameters: what convert writes and training goes on from. */
  readonly graph: Graph
  /** Positions in the training split of the calibration images. */
  readonly samples: Int32Array
  readonly report: PtqReport
  readonly quantized: Graph
}

/** Post-training quantization: observes activations on images of the training split, and saves the QDQ model as a version. */
export async function quantizeVersion(context: StepContext, params: QuantizeParams): Promise<StepOutput> {
  const { parent, graph, quantized, report } = await quantizationStart(context, params)
  for (const { node, message } of report.notes) context.log(`${node}: ${message}`)
  const name = params.name ?? freeName(context.store, `${parent.name}-${params.mode}`)
  const version = saveModel(context, { graph: quantized, name, origin: 'quantized', precision: 'int8', trainable: false, warnings: [], parent, training: graph, details: { config: ptqConfig.parse(params), report } })
  return { versionId: version.id, output: { floatNodes: report.floatNodes, quantizedWeights: report.quantizedWeights } }
}

export async function quantizationStart(context: StepContext, params: QuantizeParams): Promise<QuantizationStart> {
  const parent = context.version(params.from)
  if (parent.precision !== 'fp32') throw new NNOptError('unsupported', `version '${parent.name}' is ${parent.precision} already: expected an fp32 version`)
  const dataset = resolveDataset(context.store, params.dataset)
  matchClasses(parent, dataset)
  const config = ptqConfig.parse(params)
  const prepared = prepare(readTrainable(context.store, parent), config)
  const samples = await calibrationSamples(dataset, params)
  const statistics = await observe(context, prepared, parent, dataset, samples, params)
  context.progress({ label: 'writing the model', done: 0 })
  const { graph: quantized, report } = ptq(prepared, statistics, config)
  const graph = withQParams(prepared, chosenRanges(prepared.observed, statistics, config), config)
  return { parent, dataset, preprocessing: preprocessingFor(graph, parent), graph, samples, report, quantized }
}

async function calibrationSamples(record: DatasetRecord, { calibrationSamples: count, seed }: QuantizeParams): Promise<Int32Array> {
  const labels = (await openDataset(record)).labels('train')
  if (labels.length === 0) throw new NNOptError('badInput', `data set '${record.name}' has no training images to calibrate with: add it again with a 'train' folder`)
  return sampleIndices(labels, Math.min(count, labels.length), { strategy: 'stratified', seed })
}

async function observe(context: StepContext, { graph, observed }: Prepared, parent: Version, record: DatasetRecord, samples: Int32Array, params: QuantizeParams): Promise<ReadonlyMap<string, TensorStatistics>> {
  const pool = createDataPool(record)
  try {
    return await calibrate(graph, observed, imageBatches(pool, samples, graph, parent), {
      histogram: observers.get(params.activationObserver).reads === 'histogram',
      onProgress: (done) => context.progress({ label: 'calibrating', done, total: samples.length, unit: 'images' }),
      signal: context.signal,
    })
  } finally {
    await pool.close()
  }
}

async function* imageBatches(pool: DataPool, samples: Int32Array, graph: Graph, parent: Version): AsyncIterable<ImageBatch> {
  const preprocessing = preprocessingFor(graph, parent)
  const shape = imageShape(parent, preprocessing)
  const requests = planEpoch({ split: 'train', samples, batchSize: calibrationBatchSize(shape[1], shape[2]), mode: { kind: 'eval', preprocessing } })
  for await (const { images, labels } of pool.batches(requests)) {
    if (labels.length > 0) yield { images, shape: [labels.length, ...shape] }
  }
}
