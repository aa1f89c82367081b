import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits, dots, dashes and underscores')
    .max(100)
    .describe('Dataset name'),
  paths: z
    .array(z.string().min(1))
    .min(1)
    .meta({ path: 'existing' })
    .describe('Image folders, archives of them, or CIFAR-10 binary files'),
  followLinks: z.boolean().default(true).describe('Follow links that leave a folder'),
  seed: z.number().int().min(0).default(0).describe('Seed of the random split'),
})

/** Takes a dataset into the workspace. */
export const datasetAddStep = defineStep({
  id: 'dataset-add',
  label: 'Add dataset',
  params,
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../datasetWork')).addToWorkspace(context, options),
})
