import { z } from 'zod'
import { architectures } from '../../../../core/architectures/index'
import { checkConfig } from '../../../../core/train/checkConfig'
import { trainConfig } from '../../../../core/train/config'
import type { TrainConfig } from '../../../../core/train/config'
import { fieldChoice, isChoice } from '../../../../shared/choice'
import { datasetName, extensionId, extensionParams, newVersionName, versionName } from '../../../../shared/fields'
import type { FieldMeta } from '../../../../shared/fields'
import { onlyWhen } from '../../../../shared/onlyWhen'
import { checkBackend } from '../../../backends/checkBackend'

/** What a person may choose of a training. */
export const trainParams = trainConfig.extend({
  from: versionName().optional().describe('Version to fine-tune'),
  architecture: z
    .enum(architectures.ids as [string, ...string[]])
    .meta({ registry: 'architectures' } satisfies FieldMeta)
    .optional()
    .describe('Built-in architecture to train from scratch'),
  ...onlyWhen(
    { field: 'architecture', isSet: true },
    {
      architectureParams: extensionParams('architecture').describe(
        'Settings of the architecture, such as its width and input size',
      ),
      weightsFrom: versionName({ aside: true })
        .optional()
        .describe('Version to initialize a built-in architecture from, where names and shapes match'),
    },
  ),
  dataset: datasetName().describe('Dataset'),
  name: newVersionName().optional().describe('Name of the new version'),
  backend: extensionId('backends', ['auto'])
    .default('auto')
    .describe('Training backend; auto picks the fastest one available'),
})

type Fields = z.output<typeof trainParams>

export interface TrainParams extends Pick<
  Fields,
  'from' | 'architecture' | 'architectureParams' | 'weightsFrom' | 'dataset' | 'name' | 'backend'
> {
  readonly config: TrainConfig
}

/** Checks a training and what it names. */
export function resolveTraining(fields: Fields, issues: z.RefinementCtx): TrainParams {
  const { from, architecture, architectureParams, weightsFrom, dataset, name, backend, ...config } = fields
  if ((from === undefined) === (architecture === undefined))
    issues.addIssue({ code: 'custom', message: "expected either 'architecture' or 'from'" })
  if (architecture !== undefined)
    isChoice(issues, architectures, fieldChoice('architecture', architecture, architectureParams))
  checkConfig(issues, config)
  checkBackend(issues, fields)
  return { from, architecture, architectureParams, weightsFrom, dataset, name, backend, config }
}
