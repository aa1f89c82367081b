import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { padChannels } from '../../../../core/deploy/padChannels'
import { joinFloats } from '../../../../core/graph/joinFloats'
import { agreementOf } from '../../../../core/measure/compareScores'
import { readOnnx, writeOnnx } from '../../../../core/onnx/index'
import type { PaddingCheck, Version } from '../../../../shared/types'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import type { ImageBatch, ModelSource } from '../../../inference/messages'
import type { Store } from '../../../store'
import { realImages } from '../images/realImages'

/** Images on which a padded file is compared with the original. */
const checkedImages = 64

/** Largest difference of scores, as a share of the largest score: float sums in another order differ by less, sums of integers not at all. */
const tolerance = 1e-3

export interface CheckedPadding {
  /** The padded file; undefined if there is nothing to pad, or if it gives other scores. */
  readonly bytes: Uint8Array | undefined
  /** Null if there is nothing to pad. */
  readonly check: PaddingCheck | null
  readonly warnings: readonly string[]
}

/** Pads a version's file with zero channels and runs it beside the original on real images in default sessions. */
export async function checkedPadding(
  store: Pick<Store, 'versions' | 'measurements' | 'datasets' | 'paths'>,
  version: Version,
): Promise<CheckedPadding> {
  const original = readFileSync(store.paths.model(version.id))
  const source = readOnnx(original, { fileName: 'model.onnx' })
  const { graph, padded, unsafe } = padChannels(source)
  const kept = unsafeWarnings(unsafe)
  if (padded.length === 0) return { bytes: undefined, check: null, warnings: kept }
  const { dataset, batches } = await realImages(store, version, source, checkedImages)
  const bytes = writeOnnx(graph)
  const agreement = await compareFiles(original, bytes, batches)
  const check = { filled: padded.length, unsafe, dataset, ...agreement }
  return check.agrees
    ? { bytes, check, warnings: kept }
    : { bytes: undefined, check, warnings: [...kept, disagreement(check)] }
}

type Comparison = Omit<PaddingCheck, 'filled' | 'unsafe' | 'dataset'>

/** Two files on the same images. They agree if no score differs by more than the tolerance. */
export async function compareFiles(
  original: ModelSource,
  padded: ModelSource,
  batches: readonly ImageBatch[],
): Promise<Comparison> {
  const images = batches.reduce((sum, { shape }) => sum + shape[0]!, 0)
  const [expected, got] = [await scoresOf(original, batches), await scoresOf(padded, batches)]
  const { top1Agreement, largestLogitDifference: largestDifference } = agreementOf(got, expected, images)
  const largestScore = expected.reduce((most, score) => Math.max(most, Math.abs(score)), 0)
  return {
    images,
    top1Agreement,
    largestDifference,
    largestScore,
    agrees: largestDifference <= tolerance * largestScore,
  }
}

async function scoresOf(model: ModelSource, batches: readonly ImageBatch[]): Promise<Float32Array> {
  const worker = await createInferenceWorker(model, { threads: availableParallelism() })
  try {
    const scores: Float32Array[] = []
    for (const { images, shape } of batches)
      scores.push((await worker.run(images.slice(), shape)).outputs[worker.outputs[0]!.name]!.data)
    return joinFloats(scores)
  } finally {
    await worker.close()
  }
}

const listed = 5

function unsafeWarnings(layers: readonly string[]): readonly string[] {
  if (layers.length === 0) return []
  const names = `${layers.slice(0, listed).join(', ')}${layers.length > listed ? `, … (${layers.length})` : ''}`
  return [
    `not padded: ${names}: on CPUs without VNNI, padding would move where their int8 products saturate; quantize with --weight-range pairAware to pad all layers`,
  ]
}

const disagreement = ({ largestDifference, largestScore, images, dataset }: PaddingCheck): string =>
  `not padded: zero channels changed a score by ${((largestDifference / largestScore) * 100).toPrecision(2)}% of the largest (${images} images of '${dataset}')`
