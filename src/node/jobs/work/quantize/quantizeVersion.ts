import type { Preprocessing } from '../../../../core/data/preprocessing'
import type { PtqConfig } from '../../../../core/quantize/config'
import type { Version } from '../../../../shared/types'
import type { DatasetRecord } from '../../../datasets/record'
import { freeName } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import type { QuantizeParams } from './parameters'
import { climb } from './ladder'
import type { Climbed } from './ladder'
import { reachGoal } from './reachGoal'
import { measureWith, saveQuantized } from './saveQuantized'
import { withWorkbench } from './workbench'
import type { Workbench } from './workbench'

/** Post-training quantization: observes activations on images of the training split, and saves the QDQ model as a version. */
export async function quantizeVersion(context: StepContext, params: QuantizeParams): Promise<StepOutput> {
  const { config } = params
  return withWorkbench(context, params, async (bench) => {
    if (params.goal) return reachGoal(context, bench, params, params.goal)
    const climbed = await start(bench, config)
    const name =
      params.name ??
      (await freeName(context.store, `${bench.parent.name}-${params.mode}${config.ladder ? '-ladder' : ''}`))
    const { version, facts } = await saveQuantized(context, bench, climbed, config, name)
    return {
      versionId: version.id,
      output: {
        ...facts,
        accuracy: facts.validation?.accuracy ?? null,
        accuracyInterval: facts.validation?.accuracyInterval ?? null,
      },
    }
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
  return withWorkbench(context, params, async (bench) => {
    const { parent, images, calibration } = bench
    return {
      parent,
      dataset: images.record,
      preprocessing: images.preprocessing,
      climbed: await start(bench, params.config),
      samples: calibration.samples,
    }
  })
}

const start = async (bench: Workbench, config: PtqConfig): Promise<Climbed> =>
  config.ladder ? climb(bench.builder, config, measureWith(bench)) : { ...(await plain(bench, config)), reports: [] }

/** Without the ladder its dearer rungs are left out, and nothing is measured between. */
async function plain({ builder }: Workbench, config: PtqConfig): Promise<Omit<Climbed, 'reports'>> {
  const rungs = { ...config, normReestimation: false, adaround: false }
  return { network: await builder.build(rungs), rungs }
}
