import { compareScores } from '../../../../core/measure/compareScores'
import type { ScoreComparison } from '../../../../core/measure/compareScores'
import { convert } from '../../../../core/deploy/convert'
import type { PtqConfig } from '../../../../core/quantize/config'
import { factWarnings } from '../../../../core/quantize/factWarnings'
import { ptqReport } from '../../../../core/quantize/ptq'
import { NNOptError } from '../../../../shared/errors'
import type { QuantizationFacts, Version } from '../../../../shared/types'
import type { StepContext } from '../../step'
import { saveModel } from '../versions/saveModel'
import { collapseWarning } from './collapseWarning'
import { agreements, exportFacts } from './facts'
import type { Climbed } from './ladder'
import type { QuantizedNetwork } from './network'
import { compareWith, deployedScores } from './scores'
import { stabilityOf } from './stability'
import type { Workbench } from './workbench'

/** The difference that a network makes on validation images; throws `badInput` where the dataset has none. */
export const measureWith =
  ({ images, options, validation, reference }: Workbench) =>
  async ({ graph }: QuantizedNetwork): Promise<ScoreComparison> => {
    if (!validation)
      throw new NNOptError(
        'badInput',
        `dataset '${images.record.name}' has no validation images to measure on: add it again with a 'val' folder, or quantize without --ladder and --goal`,
      )
    return compareWith(await reference(), graph, validation, options)
  }

/** What training adds to a version and its details. */
export interface TrainedFacts {
  readonly warnings: readonly string[]
  readonly details: Readonly<Record<string, unknown>>
}

/** ONNX metadata that says how far the file can be predicted, and on which CPU that was measured. */
const factsKey = 'nnopt.quantization'

const factsOfFile = ({
  simulatedAgreement,
  trainingAgreement,
  paddedAgreement,
  pairsAtRisk: { pairs, atRisk, atRiskAtFullRange },
  cpu,
}: QuantizationFacts): object => ({
  simulatedAgreement,
  trainingAgreement,
  paddedAgreement,
  pairsAtRisk: { pairs, atRisk, atRiskAtFullRange },
  cpu,
})

/** Measures what is to be known of the network, and writes it as a version. */
export async function saveQuantized(
  context: StepContext,
  bench: Workbench,
  { network, rungs, reports }: Climbed,
  config: PtqConfig,
  name: string,
  trained?: TrainedFacts,
): Promise<{ readonly version: Version; readonly facts: QuantizationFacts }> {
  context.progress({ label: 'comparing with the simulation', done: 0 })
  const { facts, labels } = await measured(context, bench, network, reports, config, trained !== undefined)
  const collapse = await collapseWarning(context, bench, network, config, { validation: facts.validation, labels })
  const { graph, notes, removedClamps } = convert(network.graph)
  for (const { node, message } of notes) context.log(`${node}: ${message}`)
  for (const { node, reason } of facts.floatNodes) context.log(`${node} stays in fp32: ${reason}`)
  const warnings = [...(collapse === undefined ? [] : [collapse]), ...factWarnings(facts)]
  warnings.forEach(context.warn)
  const report = { notes, removedClamps, ...ptqReport(network.prepared, network.graph, network.statistics) }
  const version = await saveModel(context, {
    graph: { ...graph, metadata: { ...graph.metadata, [factsKey]: JSON.stringify(factsOfFile(facts)) } },
    name,
    origin: 'quantized',
    precision: 'int8',
    trainable: false,
    warnings: [...bench.calibration.warnings, ...(trained?.warnings ?? []), ...warnings],
    parent: bench.parent,
    training: network.graph,
    details: { config: { ...config, ...rungs }, quantization: facts, report, ...trained?.details },
  })
  return { version, facts }
}

/** The facts, and the true classes of the images that they were found on. */
async function measured(
  context: StepContext,
  bench: Workbench,
  network: QuantizedNetwork,
  reports: Climbed['reports'],
  config: PtqConfig,
  isTrained: boolean,
): Promise<{ readonly facts: QuantizationFacts; readonly labels: Int32Array }> {
  const { calibration, options, validation } = bench
  const scored = validation ?? calibration.labelled
  const deployed = await deployedScores(network.graph, scored, options)
  const facts = {
    ...(await exportFacts(network, { config, qConfig: bench.quantization.qConfig })),
    ...(await agreements(network.graph, deployed, scored, { ...options, isTrained })),
    calibration: {
      images: calibration.images,
      strategy: config.calibrationStrategy,
      seed: calibration.seed,
      split: 'train',
      warnings: calibration.warnings,
    },
    stability: config.ladder ? await stabilityOf(bench, network, context) : null,
    rungs: reports,
    validation: validation ? compareScores(await bench.reference(), deployed) : null,
  }
  return { facts, labels: deployed.labels }
}
