import { convert } from '../../../../core/deploy/convert'
import { writeOnnx } from '../../../../core/onnx/index'
import { atFullRange } from '../../../../core/quantize/qConfig'
import type { Quantization } from '../../../../core/quantize/qConfig'
import { withQParams, chosenRanges } from '../../../../core/quantize/ptq'
import { pairRisks } from '../../../../core/quantize/saturation'
import type { QuantizationFacts } from '../../../../shared/types'
import { cpuInfo } from '../../../inference/cpu'
import { probeSaturation } from '../../../inference/saturation'
import { unfusedOperators } from '../../../inference/unfusedOperators'
import type { QuantizedNetwork } from './network'

/** Images on which the simulation is compared with the exported file. */
export const agreementImages = 500

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
    floatNodes: prepared.placement.floatNodes,
    pairsAtRisk: pairFacts(graph, full),
    cpu: { model, vnni, saturates: (await probeSaturation()).saturates, weightRange: config.weightRange },
  }
}

type PairFacts = QuantizationFacts['pairsAtRisk']

function pairFacts(graph: QuantizedNetwork['graph'], full: QuantizedNetwork['graph']): PairFacts {
  const atFullRange = new Map(pairRisks(full).map(({ node, atRisk }) => [node, atRisk]))
  const layers = pairRisks(graph).map((risk) => ({ ...risk, atRiskAtFullRange: atFullRange.get(risk.node) ?? 0 }))
  const sum = (key: 'pairs' | 'atRisk' | 'atRiskAtFullRange'): number =>
    layers.reduce((total, layer) => total + layer[key], 0)
  return { pairs: sum('pairs'), atRisk: sum('atRisk'), atRiskAtFullRange: sum('atRiskAtFullRange'), layers }
}
