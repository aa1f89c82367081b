import type { Preprocessing } from '../../../core/data/preprocessing'
import type { ScoreComparison } from '../../../core/measure/compareScores'
import { convert } from '../../../core/quantize/convert'
import { ptqConfig } from '../../../core/quantize/config'
import type { PtqConfig } from '../../../core/quantize/config'
import { ptqReport } from '../../../core/quantize/ptq'
import { NNOptError } from '../../../shared/errors'
import type { QuantizationFacts, Version } from '../../../shared/types'
import type { DatasetRecord } from '../../datasets/record'
import { freeName } from '../../store/resolve'
import type { StepContext, StepOutput } from '../step'
import type { QuantizeParams } from '../steps/quantize'
import { agreementImages, exportFacts } from './quantize/facts'
import { firstImages } from './quantize/images'
import { climb } from './quantize/ladder'
import type { Climbed } from './quantize/ladder'
import type { QuantizedNetwork } from './quantize/network'
import { compareWith } from './quantize/scores'
import { stabilityOf } from './quantize/stability'
import { withWorkbench } from './quantize/workbench'
import type { Workbench } from './quantize/workbench'
import { saveModel } from './saveModel'

/** Post-training quantization: observes activations on images of the training split, and saves the QDQ model as a version. */
export async function quantizeVersion(context: StepContext, params: QuantizeParams): Promise<StepOutput> {
  const config = ptqConfig.parse(params)
  return withWorkbench(context, params, config, async (bench) => {
    const climbed = await start(bench, config)
    const name = params.name ?? freeName(context.store, `${bench.parent.name}-${params.mode}${config.ladder ? '-ladder' : ''}`)
    const { version, facts } = await saveQuantized(context, bench, climbed, config, name)
    return { versionId: version.id, output: { ...facts, accuracy: facts.validation?.accuracy ?? null, accuracyInterval: facts.validation?.accuracyInterval ?? null } }
  })
}

/** An fp32 version with the quantization parameters that calibration gives it. */
export interface QuantizationStart {
  readonly parent: Version
  readonly dataset: DatasetRecord
  readonly preprocessing: Preprocessing
  /** Corrected float weights with parameters: what convert writes and training goes on from. */
  readonly climbed: Climbed
  /** Positions in the training split of the calibration images. */
  readonly samples: Int32Array
}

/** Where training for quantization starts: what post-training quantization makes of the version. */
export async function quantizationStart(context: StepContext, params: QuantizeParams): Promise<QuantizationStart> {
  const config = ptqConfig.parse(params)
  return withWorkbench(context, params, config, async (bench) => {
    const { parent, images, calibration } = bench
    return { parent, dataset: images.record, preprocessing: images.preprocessing, climbed: await start(bench, config), samples: calibration.samples }
  })
}

const start = async (bench: Workbench, config: PtqConfig): Promise<Climbed> =>
  config.ladder ? climb(bench.builder, config, measureWith(bench)) : { ...(await plain(bench, config)), reports: [] }

/** Without the ladder its dearer rungs are left out, and nothing is measured between. */
async function plain({ builder }: Workbench, config: PtqConfig): Promise<Omit<Climbed, 'reports'>> {
  const rungs = { ...config, normReestimation: false, adaround: false }
  return { network: await builder.build(rungs), rungs }
}

/** The difference that a network makes on validation images; throws `badInput` where the data set has none. */
export const measureWith = ({ images, options, validation, reference }: Workbench) => async ({ graph }: QuantizedNetwork): Promise<ScoreComparison> => {
  if (!validation) throw new NNOptError('badInput', `data set '${images.record.name}' has no validation images to measure with: add it again with a 'val' folder, or quantize without --ladder and --goal`)
  return compareWith(await reference(), graph, validation, options)
}

/** What training adds to a version and its details. */
export interface TrainedFacts {
  readonly warnings: readonly string[]
  readonly details: Readonly<Record<string, unknown>>
}

/** Measures what is to be known of the network, and writes it as a version. */
export async function saveQuantized(context: StepContext, bench: Workbench, { network, rungs, reports }: Climbed, config: PtqConfig, name: string, trained: TrainedFacts = { warnings: [], details: {} }): Promise<{ readonly version: Version; readonly facts: QuantizationFacts }> {
  context.progress({ label: 'comparing with the simulation', done: 0 })
  const facts = await factsOf(context, bench, network, reports, config)
  const { graph, notes, removedClamps } = convert(network.graph)
  for (const { node, message } of notes) context.log(`${node}: ${message}`)
  for (const { node, reason } of facts.floatNodes) context.log(`${node} stays in float: ${reason}`)
  const report = { notes, removedClamps, ...ptqReport(network.prepared, network.graph, network.statistics) }
  const version = saveModel(context, { graph, name, origin: 'quantized', precision: 'int8', trainable: false, warnings: [...bench.calibration.warnings, ...trained.warnings], parent: bench.parent, training: network.graph, details: { config: { ...config, ...rungs }, quantization: facts, report, ...trained.details } })
  return { version, facts }
}

async function factsOf(context: StepContext, bench: Workbench, network: QuantizedNetwork, reports: Climbed['reports'], config: PtqConfig): Promise<QuantizationFacts> {
  const { calibration, options, validation } = bench
  const agreement = firstImages(validation ?? calibration.labelled, agreementImages)
  const exported = await exportFacts(network, config, agreement, options)
  context.progress({ label: 'scoring the int8 version', done: 0 })
  return {
    ...exported,
    calibration: { images: calibration.images, strategy: config.calibrationStrategy, seed: calibration.seed, split: 'train', warnings: calibration.warnings },
    stability: config.ladder ? await stabilityOf(bench, network, config, context) : null,
    rungs: reports,
    validation: reports.findLast(({ kept }) => kept)?.effect ?? (validation ? await measureWith(bench)(network) : null),
  }
}
