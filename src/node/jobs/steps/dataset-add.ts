import { z } from 'zod'
import { extensionId, extensionParams } from '../../../shared/fields'
import { fieldChoice, isChoice } from '../../../shared/choice'
import { datasetFormats } from '../../datasets/formats/index'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits, dots, dashes and underscores')
    .max(100)
    .describe('Dataset name'),
  paths: z.array(z.string().min(1)).min(1).meta({ path: 'existing' }).describe('Folders, archives or files of labels'),
  followLinks: z.boolean().default(true).describe('Follow links that leave a folder'),
  format: extensionId('datasetFormats', ['auto']).default('auto').describe('Format of the paths; auto recognizes it'),
  formatParams: extensionParams('format').describe('Settings of the format'),
  seed: z.number().int().min(0).default(0).describe('Seed of the random split'),
})

/** Takes a dataset into the workspace. */
export const datasetAddStep = defineStep({
  id: 'dataset-add',
  label: 'Add dataset',
  help: 'Takes a dataset into the workspace',
  makes: 'dataset',
  params,
  resolve: (fields, issues) => {
    const { format, formatParams } = fields
    if (format !== 'auto') isChoice(issues, datasetFormats, fieldChoice('format', format, formatParams))
    return fields
  },
  run: async (context: StepContext, options: z.output<typeof params>): Promise<StepOutput> =>
    (await import('../datasetWork')).addToWorkspace(context, options),
})
