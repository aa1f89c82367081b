import type { QConfig } from '../../../../core/quantize/qConfig'
import { scaleSpread } from '../../../../core/quantize/scaleSpread'
import { chosenRanges, withQParams } from '../../../../core/quantize/ptq'
import type { QParams } from '../../../../core/graph/graph'
import type { QuantizationFacts } from '../../../../shared/types'
import { calibrate } from '../../../inference/calibrate'
import type { StepContext } from '../../step'
import type { QuantizedNetwork } from './network'
import type { Workbench } from './workbench'

/** Choices of calibration images that are compared. */
const seeds = 3

/** How much the scales of the activations depend on which images were chosen. */
export async function stabilityOf(
  { images, calibration, quantization: { config, qConfig } }: Workbench,
  { prepared, statistics }: QuantizedNetwork,
  { progress, signal }: StepContext,
): Promise<NonNullable<QuantizationFacts['stability']>> {
  const used = Array.from({ length: seeds }, (_, index) => calibration.seed + index)
  const choices: ReadonlyMap<string, QParams>[] = [scalesOf(prepared, statistics, qConfig)]
  for (const seed of used.slice(1)) {
    const samples = images.choose('train', config.calibrationSamples, config.calibrationStrategy, seed)
    const again = await calibrate(prepared.graph, prepared.observed, images.batches('train', samples), {
      histogram: qConfig.activation.observer.reads === 'histogram',
      onProgress: (done) =>
        progress({ label: `calibrating with seed ${seed}`, done, total: samples.length, unit: 'images' }),
      signal,
    })
    choices.push(scalesOf(prepared, again, qConfig))
  }
  return { seeds: used, ...scaleSpread(prepared.observed, choices) }
}

const scalesOf = (
  prepared: QuantizedNetwork['prepared'],
  statistics: QuantizedNetwork['statistics'],
  qConfig: QConfig,
): ReadonlyMap<string, QParams> =>
  withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfig), qConfig).qparams
