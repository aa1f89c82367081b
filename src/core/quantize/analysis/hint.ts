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

/** What a person could do about a layer, in one sentence. `divergence` is that of the whole network. */
export function hintFor(layer: Facts, divergence: number, isPerTensor: boolean): string {
  if (Math.max(layer.oneOn, layer.oneOff) < harmless * divergence) return 'costs almost nothing'
  const [weights, activations] = [db(layer.weightError), db(layer.activationError)]
  const cause =
    activations < weights - alike
      ? activationHint(layer)
      : weights < activations - alike
        ? weightHint(layer, isPerTensor)
        : 'weights and activations lose equally: try --ladder'
  const gain = layer.oneOff / Math.max(1e-30, divergence)
  return gain > harmless
    ? `${cause}; --keep-fp32 ${layer.layer} removes ${(100 * gain).toFixed(0)}% of the divergence`
    : cause
}

function activationHint({ clippedShare, covered }: Facts): string {
  if (clippedShare !== null && clippedShare > manyClipped)
    return `its activation clips ${(clippedShare * 100).toFixed(2)}% of the values: try --activation-observer min-max`
  const step = covered ? `, ${((covered.max - covered.min) / 255).toPrecision(2)} per step` : ''
  return `its activation is too coarse for its distribution${step}: try --ladder or another --activation-observer`
}

function weightHint({ weightScales }: Facts, isPerTensor: boolean): string {
  if (isPerTensor) return 'its weight has a single scale for all channels: use --weight-granularity perChannel'
  const uneven = Math.max(...weightScales) / Math.max(1e-30, Math.min(...weightScales))
  return uneven > unevenScales
    ? `its channels differ in scale by a factor of ${uneven.toFixed(0)}: try --ladder`
    : 'its weights lose the most: try --ladder --adaround'
}
