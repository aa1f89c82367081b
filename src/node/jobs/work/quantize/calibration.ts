import { partOf } from '../../../../core/graph/segments'
import type { Graph } from '../../../../core/graph/graph'
import { imageInput } from '../../../../core/graph/graph'
import { withOutputs, writeOnnx } from '../../../../core/onnx/index'
import { calibrationWarnings, createCalibrationInspector } from '../../../../core/quantize/calibrationImages'
import type { PtqConfig } from '../../../../core/quantize/config'
import { createLayerSampler } from '../../../../core/quantize/layerSamples'
import { firstNorm, normalisationWarning } from '../../../../core/quantize/normStatistics'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import type { ImageBatch } from '../../../inference/messages'
import { kept } from '../images/labelledImages'
import type { ImageSource, LabelledImages } from '../images/labelledImages'
import type { Calibration } from './network'

export interface ChosenCalibration extends Calibration {
  readonly seed: number
  /** Positions in the training split. */
  readonly samples: Int32Array
  /** The same images with their classes. */
  readonly labelled: () => AsyncIterable<LabelledImages>
  readonly warnings: readonly string[]
}

/** Images that calibration is judged by. */
const inspected = 64

/** Chooses images of the training split, never of the split that is scored, and looks at what they show. */
export async function chooseCalibration(
  images: ImageSource,
  source: Graph,
  config: PtqConfig,
  seed: number,
): Promise<ChosenCalibration> {
  const samples = images.choose('train', config.calibrationSamples, config.calibrationStrategy, seed)
  const correction = await kept(images.batches('train', samples.slice(0, config.correctionSamples)))
  return {
    seed,
    samples,
    images: samples.length,
    batches: () => images.batches('train', samples),
    labelled: () => images.batches('train', samples),
    correction,
    warnings: [...inspect(correction), ...(await normWarnings(source, correction))],
  }
}

function inspect(batches: readonly ImageBatch[]): readonly string[] {
  const inspector = createCalibrationInspector()
  for (const { images, shape } of firstOf(batches)) inspector.add(images, shape)
  return calibrationWarnings(inspector.facts())
}

const firstOf = (batches: readonly ImageBatch[]): readonly ImageBatch[] =>
  batches.slice(0, Math.ceil(inspected / batches[0]!.shape[0]!))

/** Runs the network up to its first batch normalization: it remembers what it was fed in training. */
async function normWarnings(source: Graph, batches: readonly ImageBatch[]): Promise<readonly string[]> {
  const norm = firstNorm(source)
  const input = imageInput(source)
  if (!norm || norm.inputs[0] === input.name) return []
  const part = partOf(
    source,
    { input: input.name, output: norm.inputs[0]!, nodes: source.nodes },
    [norm.inputs[0]!],
    input.shape.map(Number),
  )
  const worker = await createInferenceWorker(writeOnnx(withOutputs(part, [norm.inputs[0]!])), { threads: 1 })
  const sampler = createLayerSampler()
  try {
    for (const { images, shape } of firstOf(batches)) {
      const { data, shape: outputShape } = (await worker.run(Float32Array.from(images), shape)).outputs[
        norm.inputs[0]!
      ]!
      sampler.add(data, outputShape)
    }
  } finally {
    await worker.close()
  }
  return [normalisationWarning(source, norm, sampler.sample()) ?? []].flat()
}
