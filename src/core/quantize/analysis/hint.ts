import type { LayerAnalysis } from '../../../shared/types'

/** Errors of weights and activations closer than this count as alike, in dB. */
const alike = 3

/** Scales of a weight that differ by more than this make one scale for all of it a poor choice. */
const unevenScales = 50

/** Values outside the range that matter. */
const manyClipped = 1e-3

/** A layer whose rounding causes less than this share of all divergence is not worth a change. */
const harmless = 0.02

type Facts = Omit<LayerAnalysis, 'hint'>

const db = ({ sqnrDb }: LayerAnalysis['error']): number => sqnrDb ?? Infinity

/** What a person could do about a layer, in one sentence. */
export function hintFor(layer: Facts, divergence: number, isPerTensor: boolean): string {
  const [weights, activations] = [db(layer.weightError), db(layer.activationError)]
  if (Math.max(layer.oneOn, layer.oneOff) < harmless * divergence) return 'costs next to nothing'
  if (activations < weights - alike) return activationHint(layer)
  if (weights < activations - alike) return weightHint(layer, isPerTensor)
  return `weights and activations lose alike; --keep-fp32 ${layer.layer} would take ${share(layer.oneOff, divergence)} of the divergence away`
}

function activationHint({ layer, clippedShare, oneOff, observed, covered }: Facts): string {
  if (clippedShare !== null && clippedShare > manyClipped) return `its activation is cut at ${(clippedShare * 100).toFixed(2)} % of the values: try --activation-observer min-max or percentile`
  const slack = observed && covered ? (covered.max - covered.min) / Math.max(1e-12, observed.max - observed.min) : 1
  return `its activation has too few levels for its range (${slack.toFixed(2)} of it covered): equalization helps, or --keep-fp32 ${layer}${oneOff > 0 ? '' : ' where that does not'}`
}

function weightHint({ layer, weightScales }: Facts, isPerTensor: boolean): string {
  const uneven = Math.max(...weightScales) / Math.max(1e-30, Math.min(...weightScales))
  if (isPerTensor) return 'its weight has one scale for all channels: use --weight-granularity perChannel'
  return uneven > unevenScales ? `its channels differ by ${uneven.toFixed(0)} times in scale: equalization or --ladder --adaround helps` : `its weights lose most: --ladder --adaround, or --keep-fp32 ${layer}`
}

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1e-30, whole)).toFixed(0)} %`
