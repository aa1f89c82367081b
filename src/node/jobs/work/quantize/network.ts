import { adaround, canLearnRounding } from '../../../../core/quantize/adaround/adaround'
import { correctBias } from '../../../../core/quantize/biasCorrection'
import type { PtqConfig } from '../../../../core/quantize/config'
import { equalize } from '../../../../core/quantize/equalize'
import { reestimateNorm } from '../../../../core/quantize/normReestimation'
import type { TensorStatistics } from '../../../../core/quantize/observers/statistics'
import type { Quantization } from '../../../../core/quantize/qConfig'
import { chosenRanges, prepare, withQParams } from '../../../../core/quantize/ptq'
import type { Prepared } from '../../../../core/quantize/ptq'
import type { Graph } from '../../../../core/graph/graph'
import { calibrate, observeChannels } from '../../../inference/calibrate'
import { correctLayers } from '../../../inference/layerwise'
import type { Correction } from '../../../inference/layerwise'
import type { ImageBatch } from '../../../inference/messages'
import type { StepContext } from '../../step'

/** Parts of post-training quantization that can be left out. */
export type Rungs = Pick<
  PtqConfig,
  'foldBatchNorm' | 'equalization' | 'biasCorrection' | 'normReestimation' | 'adaround'
>
export type Rung = keyof Rungs

/** A float network with the parameters of its int8 form, and what they come from. */
export interface QuantizedNetwork {
  readonly prepared: Prepared
  readonly statistics: ReadonlyMap<string, TensorStatistics>
  /** With parameters, and with corrected weights and biases. */
  readonly graph: Graph
}

export interface Calibration {
  /** The calibration images, from the first on each time. */
  readonly batches: () => AsyncIterable<ImageBatch>
  readonly images: number
  /** Those that layers are corrected with. */
  readonly correction: readonly ImageBatch[]
}

export interface NetworkBuilder {
  build(rungs: Rungs): Promise<QuantizedNetwork>
}

/** Positions of each correction image that rounding is learned on, and steps of learning: bounded whatever the network. */
const [rowsPerImage, iterations] = [64, 200]

type Hooks = Pick<StepContext, 'progress' | 'signal'>

/** Builds int8 forms of one float network with other rungs each time; what several of them share is computed once. */
export function networkBuilder(
  source: Graph,
  quantization: Quantization,
  calibration: Calibration,
  hooks: Hooks,
): NetworkBuilder {
  const { config, qConfig } = quantization
  const observed = new Map<string, Promise<Omit<QuantizedNetwork, 'graph'>>>()
  const observe = (rungs: Rungs): Promise<Omit<QuantizedNetwork, 'graph'>> => {
    const key = JSON.stringify([rungs.foldBatchNorm, rungs.equalization])
    const known =
      observed.get(key) ?? observeNetwork(source, { qConfig, config: { ...config, ...rungs } }, calibration, hooks)
    observed.set(key, known)
    return known
  }
  return {
    async build(rungs) {
      const { prepared, statistics } = await observe(rungs)
      const start = withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfig), qConfig)
      const correction = correctionOf(rungs)
      const graph = correction
        ? await correctLayers(prepared.graph, start, calibration.correction, correction, layerHooks(hooks))
        : start
      return { prepared, statistics, graph }
    },
  }
}

async function observeNetwork(
  source: Graph,
  { config, qConfig }: Quantization,
  calibration: Calibration,
  hooks: Hooks,
): Promise<Omit<QuantizedNetwork, 'graph'>> {
  const plain = prepare(source, config)
  const prepared = config.equalization ? await equalized(plain, calibration, hooks) : plain
  const statistics = await calibrate(prepared.graph, prepared.observed, calibration.batches(), {
    histogram: qConfig.activation.observer.reads === 'histogram',
    ...imageHooks('calibrating', calibration, hooks),
  })
  return { prepared, statistics }
}

async function equalized(prepared: Prepared, calibration: Calibration, hooks: Hooks): Promise<Prepared> {
  // Behind its clamp a channel shows how far it may grow; before it, values that the clamp cuts anyway.
  const inputs = new Set(prepared.graph.inputs.map(({ name }) => name))
  const values = [...prepared.placement.activations.keys()].filter((value) => !inputs.has(value))
  const channels = await observeChannels(
    prepared.graph,
    values,
    calibration.batches(),
    imageHooks('equalizing', calibration, hooks),
  )
  return { ...prepared, graph: equalize(prepared.graph, channels) }
}

const imageHooks = (
  label: string,
  { images }: Calibration,
  { progress, signal }: Hooks,
): { readonly onProgress: (done: number) => void; readonly signal: AbortSignal } => ({
  onProgress: (done) => progress({ label, done, total: images, unit: 'images' }),
  signal,
})

const layerHooks = ({
  progress,
  signal,
}: Hooks): { readonly onProgress: (done: number, total: number) => void; readonly signal: AbortSignal } => ({
  onProgress: (done, total) => progress({ label: 'correcting layers', done, total, unit: 'layers' }),
  signal,
})

/** What is done to each layer: learned rounding first; re-estimated statistics bring the means back as well. */
function correctionOf({ biasCorrection, normReestimation, adaround: learns }: Rungs): Correction | undefined {
  const settle = normReestimation ? reestimateNorm : biasCorrection ? correctBias : undefined
  if (!settle && !learns) return undefined
  return async (graph, layer) => {
    const rounded =
      learns && canLearnRounding(graph, layer.node)
        ? await adaround(graph, layer.node, await layer.rows(graph, rowsPerImage), {
            iterations,
            multiply: layer.multiply,
          })
        : graph
    return settle ? settle(rounded, await layer.observe(rounded)) : rounded
  }
}
