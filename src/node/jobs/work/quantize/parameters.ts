import { z } from 'zod'
import { ptqConfig } from '../../../../core/quantize/config'
import { goalConfig } from '../../../../core/quantize/goal'
import type { GoalConfig } from '../../../../core/quantize/goal'
import { checkObservers, quantizationOf } from '../../../../core/quantize/qConfig'
import type { Quantization } from '../../../../core/quantize/qConfig'
import { qatConfig } from '../../../../core/quantize/qatConfig'
import { checkConfig } from '../../../../core/train/checkConfig'
import { trainConfig } from '../../../../core/train/config'
import type { TrainConfig } from '../../../../core/train/config'
import { onlyWhen } from '../../../../shared/onlyWhen'
import { checkBackend } from '../../../backends/checkBackend'
import { datasetName, extensionId, newVersionName, versionName } from '../../../../shared/fields'

/** What a person may choose of a quantization. */
export const quantizeParams = ptqConfig.extend({
  ...goalConfig.shape,
  from: versionName().describe('fp32 version to quantize'),
  dataset: datasetName().describe('Dataset with the calibration images'),
  mode: z
    .enum(['ptq', 'qat'])
    .default('ptq')
    .describe('ptq: quantize after training, without changing weights; qat: then train with simulated rounding'),
  validationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ unit: 'images' })
    .describe(
      'Validation images to measure the result and each rung on (default: 500, 1,000 with the ladder, all with a goal)',
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Seed of every random stream, such as the choice of calibration images'),
  name: newVersionName().optional().describe('Name of the new version'),
  ...onlyWhen(
    { field: 'mode', is: ['qat'] },
    {
      ...qatConfig.shape,
      backend: extensionId('backends', ['auto'])
        .default('auto')
        .describe('Training backend; auto picks the fastest one available'),
    },
  ),
})

type Fields = z.output<typeof quantizeParams>

/** How the quantized network is trained on. */
export interface QatParams {
  readonly config: TrainConfig
  readonly observerEpochs: number
  readonly learnScales: boolean
  readonly backend: string
}

export interface QuantizeParams extends Quantization, Pick<Fields, 'from' | 'dataset' | 'name' | 'seed' | 'mode'> {
  /** All of them where it is undefined. */
  readonly validationSamples: number | undefined
  /** What has to be reached, where that was asked for. */
  readonly goal: GoalConfig | undefined
  /** Undefined for quantization after training. */
  readonly training: QatParams | undefined
}

/** Validation images that a result is measured on: enough to tell rungs apart, or to see that nothing went wrong. A goal is judged on all of them. */
const defaultValidationSamples = ({ goal, ladder }: Fields): number | undefined =>
  goal ? undefined : ladder ? 1000 : 500

/** Checks a quantization and looks up what it names. */
export function resolveQuantization(fields: Fields, issues: z.RefinementCtx): QuantizeParams {
  const { from, dataset, name, seed, mode, goal } = fields
  const training = mode === 'qat' ? trainingOf(fields) : undefined
  if (training) checkConfig(issues, training.config)
  if (training) checkBackend(issues, training)
  if (!checkObservers(issues, fields)) return z.NEVER
  return {
    from,
    dataset,
    name,
    seed,
    mode,
    ...quantizationOf(ptqConfig.parse(fields)),
    validationSamples: fields.validationSamples ?? defaultValidationSamples(fields),
    goal: mode === 'ptq' && goal ? goalConfig.parse(fields) : undefined,
    training,
  }
}

function trainingOf(fields: Fields): QatParams {
  const { observerEpochs, learnScales, ...settings } = qatConfig.parse(fields)
  const config = trainConfig.parse({ ...settings, seed: fields.seed })
  return { config, observerEpochs, learnScales, backend: fields.backend }
}
