import { defaultAugmentation, fineTuningAugmentation, parseAugmentation } from '../../../core/data/augment'
import type { AugmentStep } from '../../../core/data/augment'
import { planEpoch } from '../../../core/data/batchPlan'
import type { BatchRequest } from '../../../core/data/batchPlan'
import type { Size } from '../../../core/data/image'
import type { Preprocessing } from '../../../core/data/preprocessing'
import { sampleIndices } from '../../../core/data/sampling'
import type { TrainConfig } from '../../../core/train/config'
import type { TrainingData } from '../../../core/train/fit'
import type { ImageBatch } from '../../../core/train/imageBatch'
import { NNOptError } from '../../../shared/errors'
import type { DataPool, Dataset } from '../../datasets'
import type { TrainingJob } from './messages'

/** Batches of a dataset for the trainer: shuffled and augmented for training, prepared as for inference for validation. */
export function createTrainingData(
  dataset: Dataset,
  pool: DataPool,
  { config, preprocessing, quantization }: TrainingJob,
  size: Size,
  onUnreadable: (path: string, reason: string) => void,
): TrainingData {
  const samples = chosenSamples(dataset, config)
  const batchSize = Math.min(config.batchSize, samples.length)
  const usual = quantization ? fineTuningAugmentation(size, geometryOf(preprocessing)) : defaultAugmentation(size)
  const augment = config.augment ? parseAugmentation(config.augment) : usual
  const trainMode = { kind: 'train', augment, size, seed: config.seed } as const
  const valMode = { kind: 'train', augment: geometryOf(preprocessing), size, seed: 0 } as const
  const stream = (requests: readonly BatchRequest[]): AsyncIterable<ImageBatch> =>
    imageBatches(pool, requests, size, onUnreadable)
  return {
    stepsPerEpoch: Math.floor(samples.length / batchSize),
    trainBatches: (epoch, firstStep) =>
      stream(
        planEpoch({
          split: 'train',
          samples,
          batchSize,
          epoch,
          shuffleSeed: config.seed,
          dropLast: true,
          mode: trainMode,
        }).slice(firstStep),
      ),
    validationBatches: () =>
      stream(planEpoch({ split: 'val', samples: dataset.size('val'), batchSize, mode: valMode })),
  }
}

function chosenSamples(dataset: Dataset, { trainLimit, seed }: TrainConfig): Int32Array {
  const labels = dataset.labels('train')
  if (labels.length === 0)
    throw new NNOptError(
      'badInput',
      `dataset '${dataset.record.name}': expected training images, got none; add a 'train' folder`,
    )
  if (trainLimit === undefined || trainLimit >= labels.length) return Int32Array.from(labels, (_, index) => index)
  return sampleIndices(labels, trainLimit, { strategy: 'stratified', seed }).sort()
}

/** Resize and crop of inference as transforms on bytes, so that validation sees what onnxruntime will see. */
function geometryOf({ resize, crop }: Preprocessing): readonly AugmentStep[] {
  const steps: AugmentStep[] = []
  if (resize) steps.push({ id: 'resize', params: { ...resize } })
  if (crop) steps.push({ id: 'center-crop', params: { size: crop.width, height: crop.height } })
  return parseAugmentation(steps)
}

async function* imageBatches(
  pool: DataPool,
  requests: readonly BatchRequest[],
  size: Size,
  onUnreadable: (path: string, reason: string) => void,
): AsyncIterable<ImageBatch> {
  for await (const { images, labels, unreadable } of pool.batches(requests)) {
    for (const { path, reason } of unreadable) onUnreadable(path, reason)
    if (images instanceof Uint8Array && labels.length > 0)
      yield { images, labels, height: size.height, width: size.width }
  }
}
