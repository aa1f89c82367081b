import type { ScoreComparison } from '../../../../core/measure/compareScores'
import type { NetworkBuilder, QuantizedNetwork, Rung, Rungs } from './network'

/** What one rung did to the network, measured on validation images. */
export interface RungReport {
  readonly rung: Rung | 'start'
  /** Kept in the version. */
  readonly kept: boolean
  readonly seconds: number
  readonly effect: ScoreComparison
}

export interface Climbed {
  readonly network: QuantizedNetwork
  readonly rungs: Rungs
  readonly reports: readonly RungReport[]
}

/** From cheap to dear. Folding is where every other rung starts. */
export const rungOrder: readonly Exclude<Rung, 'foldBatchNorm'>[] = [
  'equalization',
  'biasCorrection',
  'normReestimation',
  'adaround',
]

export const bareRungs: Rungs = {
  foldBatchNorm: true,
  equalization: false,
  biasCorrection: false,
  normReestimation: false,
  adaround: false,
}

/**
 * Adds the wanted rungs one by one. Each is measured; one that brings the probabilities further from those of the float network is left out again.
 * Divergence decides, not accuracy: it tells rungs apart that a thousand images cannot.
 */
export async function climb(
  builder: NetworkBuilder,
  wanted: Rungs,
  measure: (network: QuantizedNetwork) => Promise<ScoreComparison>,
): Promise<Climbed> {
  let rungs: Rungs = { ...bareRungs, foldBatchNorm: wanted.foldBatchNorm }
  let [network, startedAt] = [await builder.build(rungs), performance.now()]
  let best = await measure(network)
  const reports: RungReport[] = [
    { rung: 'start', kept: true, seconds: (performance.now() - startedAt) / 1000, effect: best },
  ]
  for (const rung of rungOrder.filter((name) => wanted[name])) {
    startedAt = performance.now()
    const candidate = { ...rungs, [rung]: true }
    const built = await builder.build(candidate)
    const effect = await measure(built)
    const kept = effect.divergence < best.divergence
    reports.push({ rung, kept, seconds: (performance.now() - startedAt) / 1000, effect })
    if (kept) [rungs, network, best] = [candidate, built, effect]
  }
  return { network, rungs, reports }
}
