import type { Graph } from '../../../../core/graph/graph'
import type { Quantization } from '../../../../core/quantize/qConfig'
import type { ScoredImages } from '../../../../core/measure/compareScores'
import { atLeast } from '../../../../shared/atLeast'
import type { Version } from '../../../../shared/types'
import { NNOptError } from '../../../../shared/errors'
import { createDataPool } from '../../../datasets'
import type { DataPool } from '../../../datasets'
import { resolveDataset } from '../../../store/resolve'
import type { StepContext } from '../../step'
import { endsInSoftmax } from '../images/ends'
import { readFloat } from '../versions/readVersion'
import { chooseCalibration } from './calibration'
import type { ChosenCalibration } from './calibration'
import { openImages } from '../images/labelledImages'
import type { ImageSource } from '../images/labelledImages'
import { networkBuilder } from './network'
import type { NetworkBuilder } from './network'
import { scoresOf } from './scores'
import type { Batches, ScoreOptions } from './scores'

/** Everything that the ways of quantizing one version share. */
export interface Workbench {
  readonly parent: Version
  readonly source: Graph
  readonly quantization: Quantization
  readonly images: ImageSource
  readonly calibration: ChosenCalibration
  readonly builder: NetworkBuilder
  readonly options: ScoreOptions
  /** Validation images, a stratified choice; undefined where the dataset has none. */
  readonly validation: Batches | undefined
  /** Scores of the float version on them, computed when first asked for. */
  reference(): Promise<ScoredImages>
}

export interface WorkbenchParams extends Quantization {
  readonly from: string
  readonly dataset: string
  readonly seed: number
  /** Validation images that are scored; all when absent. */
  readonly validationSamples?: number | undefined
}

/** Opens a version and a dataset for quantization and hands them to `work`. Throws `unsupported` for a version that is int8 already. */
export async function withWorkbench<T>(
  context: StepContext,
  params: WorkbenchParams,
  work: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const parent = await context.version(params.from)
  if (parent.precision !== 'fp32')
    throw new NNOptError(
      'unsupported',
      `version '${parent.name}' is already ${parent.precision}: expected an fp32 version`,
    )
  const pool = createDataPool(await resolveDataset(context.store, params.dataset))
  try {
    return await work(await open(context, params, parent, pool))
  } finally {
    await pool.close()
  }
}

/** Images a run when scores are computed: fewer of large ones, whose activations would fill the memory. */
function scoringBatch(imageShape: readonly number[]): number {
  const [, height, width] = atLeast(3, imageShape)
  return Math.max(1, Math.min(50, Math.round((16 * 224 * 224) / (height * width))))
}

async function open(
  context: StepContext,
  params: WorkbenchParams,
  parent: Version,
  pool: DataPool,
): Promise<Workbench> {
  const source = readFloat(context.store, parent)
  const { config, qConfig } = params
  const images = await openImages({
    pool,
    record: await resolveDataset(context.store, params.dataset),
    version: parent,
    graph: source,
  })
  context.progress({ label: 'reading images', done: 0 })
  const calibration = await chooseCalibration(images, source, config, params.seed)
  calibration.warnings.forEach(context.warn)
  const options: ScoreOptions = { kind: endsInSoftmax(source) ? 'probabilities' : 'logits', signal: context.signal }
  const available = images.labels('val').length
  const samples =
    available > 0 ? images.choose('val', params.validationSamples ?? available, 'stratified', params.seed) : undefined
  const validation = samples && (() => images.batches('val', samples, scoringBatch(images.shape)))
  let reference: Promise<ScoredImages> | undefined
  return {
    parent,
    source,
    quantization: { config, qConfig },
    images,
    calibration,
    builder: networkBuilder(source, { config, qConfig }, calibration, context),
    options,
    validation,
    reference: () =>
      (reference ??= scoresOf(context.store.paths.model(parent.id), validation ?? none, {
        ...options,
        onProgress: (done) =>
          context.progress({ label: 'evaluating the fp32 version', done, total: samples?.length ?? 0, unit: 'images' }),
      })),
  }
}

const none: Batches = async function* () {
  return
}
