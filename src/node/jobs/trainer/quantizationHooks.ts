import { atLeast } from '../../../shared/atLeast'
import { availableParallelism } from 'node:os'
import { planEpoch } from '../../../core/data/batchPlan'
import { preprocessedSize } from '../../../core/data/preprocessing'
import { imageInput } from '../../../core/graph/graph'
import type { Graph } from '../../../core/graph/graph'
import { writeOnnx } from '../../../core/onnx/index'
import { convert } from '../../../core/deploy/convert'
import { qConfigOf } from '../../../core/quantize/qConfig'
import type { QConfig } from '../../../core/quantize/qConfig'
import { placement } from '../../../core/passes/quantization/placement'
import { chosenRanges, keptLayers, withQParams } from '../../../core/quantize/ptq'
import { pairSafeScales } from '../../../core/quantize/saturation'
import type { FitHooks } from '../../../core/train/fit'
import type { Trainer } from '../../../core/train/trainer'
import type { DataPool, Dataset } from '../../datasets'
import { calibrate, calibrationBatchSize } from '../../inference/calibrate'
import { evaluateBatches } from '../../inference/evaluateBatches'
import { createInferenceWorker } from '../../inference/inferenceWorker'
import type { ImageBatch } from '../../inference/messages'
import type { QuantizationJob, TrainingJob } from './messages'

/** Images a run of the exported model. */
const scoreBatchSize = 50

/** Scores snapshots as they would be deployed: exported, in onnxruntime, on the validation split; and observes ranges again while the observers live. */
export function quantizationHooks(
  job: TrainingJob,
  quantization: QuantizationJob,
  trainer: Trainer,
  dataset: Dataset,
  pool: DataPool,
): Pick<FitHooks, 'score' | 'refresh'> {
  const qConfig = qConfigOf(quantization.config)
  return {
    score: (snapshot) => deployedScore(trainer.graphOf(snapshot), job, dataset, pool),
    refresh: async (snapshot, epoch) => {
      const graph = trainer.graphOf(snapshot)
      const observes = !quantization.learnScales && epoch < quantization.observerEpochs
      const qparams = observes ? await observedAgain(graph, job, quantization, qConfig, pool) : graph.qparams
      return trainer.withQuantization(
        snapshot,
        qConfig.weight.isPairAware ? pairSafeScales({ ...graph, qparams }) : qparams,
      )
    },
  }
}

async function deployedScore(
  graph: Graph,
  { preprocessing }: TrainingJob,
  dataset: Dataset,
  pool: DataPool,
): ReturnType<NonNullable<FitHooks['score']>> {
  if (dataset.size('val') === 0) return undefined
  const worker = await createInferenceWorker(writeOnnx(convert(graph).graph), { threads: availableParallelism() })
  try {
    const requests = planEpoch({
      split: 'val',
      samples: dataset.size('val'),
      batchSize: scoreBatchSize,
      mode: { kind: 'eval', preprocessing },
    })
    const { score } = await evaluateBatches(worker, pool.batches(requests), {
      classes: dataset.record.classes,
      kind: 'logits',
      imageShape: shapeOf(graph, preprocessing),
    })
    return { valAccuracy: score.accuracy, valLoss: score.avgLoss }
  } finally {
    await worker.close()
  }
}

/** The parameters that calibration gives for the present weights, as after training. */
async function observedAgain(
  graph: Graph,
  { preprocessing }: TrainingJob,
  { config, samples }: QuantizationJob,
  qConfig: QConfig,
  pool: DataPool,
): Promise<Graph['qparams']> {
  const places = placement(graph, { keepFloat: keptLayers(graph, config) })
  const prepared = {
    graph: { ...graph, qparams: new Map() },
    placement: places,
    observed: [...new Set(places.activations.values())],
  }
  const statistics = await calibrate(
    prepared.graph,
    prepared.observed,
    calibrationBatches(graph, preprocessing, samples, pool),
    { histogram: qConfig.activation.observer.reads === 'histogram' },
  )
  return withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfig), qConfig).qparams
}

async function* calibrationBatches(
  graph: Graph,
  preprocessing: TrainingJob['preprocessing'],
  samples: Int32Array,
  pool: DataPool,
): AsyncIterable<ImageBatch> {
  const shape = shapeOf(graph, preprocessing)
  const requests = planEpoch({
    split: 'train',
    samples,
    batchSize: calibrationBatchSize(shape[1]!, shape[2]!),
    mode: { kind: 'eval', preprocessing },
  })
  for await (const { images, labels } of pool.batches(requests)) {
    if (labels.length > 0) yield { images, shape: [labels.length, ...shape] }
  }
}

function shapeOf(graph: Graph, preprocessing: TrainingJob['preprocessing']): readonly number[] {
  const [height, width] = atLeast(2, imageInput(graph).shape.slice(2).map(Number))
  const size = preprocessedSize(preprocessing) ?? { height, width }
  return [3, size.height, size.width]
}
