import type { ScoreComparison } from '../../../../core/measure/compareScores'
import { guessingAccuracy, hasCollapsed } from '../../../../core/quantize/collapse'
import type { PtqConfig } from '../../../../core/quantize/config'
import type { StepContext } from '../../step'
import { worstLayers } from './analyzeVersion'
import type { QuantizedNetwork } from './network'
import type { Workbench } from './workbench'

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

/** Where quantization cost a network what it knew: how far it fell, the layer that costs most, and what to do. Undefined elsewhere. */
export async function collapseWarning(
  context: StepContext,
  bench: Workbench,
  network: QuantizedNetwork,
  config: PtqConfig,
  { validation, labels }: { readonly validation: ScoreComparison | null; readonly labels: Int32Array },
): Promise<string | undefined> {
  const guessing = guessingAccuracy(labels)
  if (!validation || !hasCollapsed(validation, guessing)) return undefined
  const [worst] = await worstLayers(network, bench, config, context)
  const cause = worst === undefined ? '' : ` layer '${worst}' costs most: keep it in fp32 (keepFp32), and`
  const fall = `${percent(validation.referenceAccuracy)} to ${percent(validation.accuracy)}`
  return `quantization drops accuracy from ${fall}, which is no better than guessing (${percent(guessing)});${cause} see all layers with nnopt analyze`
}
