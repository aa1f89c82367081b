import { convert } from '../../../../core/deploy/convert'
import { integerForm } from '../../../../core/deploy/integerForm'
import { integerRamp } from '../../../../core/deploy/integerGates'
import { padChannels } from '../../../../core/deploy/padChannels'
import { simulated } from '../../../../core/deploy/simulate'
import type { Graph } from '../../../../core/graph/graph'
import { agreementOf, compareScores } from '../../../../core/measure/compareScores'
import type { Agreement, ScoredImages } from '../../../../core/measure/compareScores'
import { writeOnnx } from '../../../../core/onnx/index'
import { atFullRange } from '../../../../core/quantize/qConfig'
import type { Quantization } from '../../../../core/quantize/qConfig'
import { withQParams, chosenRanges } from '../../../../core/quantize/ptq'
import { pairRisks } from '../../../../core/quantize/saturation'
import type { QuantizationFacts } from '../../../../shared/types'
import { cpuInfo, instructionLevel } from '../../../inference/cpu'
import { probeSaturation } from '../../../inference/saturation'
import { unfusedOperators } from '../../../inference/unfusedOperators'
import { firstImages } from '../images/labelledImages'
import type { QuantizedNetwork } from './network'
import { firstOf, scoresOf } from './scores'
import type { Batches, ScoreOptions } from './scores'

/** Images on which other forms of the network are compared with the exported file. */
const agreementImages = 500

export type ExportFacts = Pick<QuantizationFacts, 'unfusedOperators' | 'floatNodes' | 'pairsAtRisk' | 'cpu'>

/** What can be said of the file of a network, whatever made its parameters. */
export async function exportFacts(
  { prepared, statistics, graph }: QuantizedNetwork,
  { config, qConfig }: Quantization,
): Promise<ExportFacts> {
  const { unfused } = await unfusedOperators(writeOnnx(convert(graph).graph))
  const { model, vnni } = cpuInfo()
  const full = withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfig), atFullRange(qConfig))
  return {
    unfusedOperators: unfused,
    floatNodes: prepared.placement.floatNodes.filter(({ node }) => !isWrittenInIntegers(graph, node)),
    pairsAtRisk: pairFacts(graph, full),
    cpu: {
      model,
      level: instructionLevel(),
      vnni,
      saturates: (await probeSaturation()).saturates,
      weightRange: config.weightRange,
    },
  }
}

function isWrittenInIntegers(graph: Graph, name: string): boolean {
  const node = graph.nodes.find((each) => each.name === name)
  return node !== undefined && integerRamp(graph, node) !== undefined
}

type PairFacts = QuantizationFacts['pairsAtRisk']

function pairFacts(graph: QuantizedNetwork['graph'], full: QuantizedNetwork['graph']): PairFacts {
  const atFullRange = new Map(pairRisks(full).map(({ node, atRisk }) => [node, atRisk]))
  const layers = pairRisks(graph).map((risk) => ({ ...risk, atRiskAtFullRange: atFullRange.get(risk.node) ?? 0 }))
  const sum = (key: 'pairs' | 'atRisk' | 'atRiskAtFullRange'): number =>
    layers.reduce((total, layer) => total + layer[key], 0)
  return { pairs: sum('pairs'), atRisk: sum('atRisk'), atRiskAtFullRange: sum('atRiskAtFullRange'), layers }
}

export type Agreements = Pick<QuantizationFacts, 'simulatedAgreement' | 'trainingAgreement' | 'paddedAgreement'>

/** Compares other forms of the network with its file in a default session, whose scores are `deployed`. */
export async function agreements(
  graph: Graph,
  deployed: ScoredImages,
  scored: Batches,
  { isTrained, ...options }: ScoreOptions & { readonly isTrained: boolean },
): Promise<Agreements> {
  const file = convert(graph).graph
  const score = (model: Graph, changes: Partial<ScoreOptions> = {}): Promise<ScoredImages> =>
    scoresOf(writeOnnx(model), firstImages(scored, agreementImages), { ...options, ...changes })
  const { saturates } = await probeSaturation()
  const integers = integerForm(file, { saturates })
  const { graph: filled, padded } = padChannels(file)
  return {
    simulatedAgreement: integers
      ? { ...compared(await score(integers.graph), deployed), saturatingPairs: saturates ? integers.pairs : 0 }
      : null,
    trainingAgreement: isTrained
      ? compared(await score(simulated(graph), { optimization: 'disabled' }), deployed)
      : null,
    paddedAgreement: padded.length === 0 ? null : paddedAgreement(await score(filled), deployed, padded.length),
  }
}

const compared = (other: ScoredImages, deployed: ScoredImages): Agreement =>
  agreementOf(other.scores, firstOf(deployed, other.labels.length).scores, other.labels.length)

const paddedAgreement = (
  other: ScoredImages,
  deployed: ScoredImages,
  filled: number,
): Agreements['paddedAgreement'] => ({
  ...compared(other, deployed),
  filled,
  effect: compareScores(firstOf(deployed, other.labels.length), other),
})
