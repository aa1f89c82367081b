import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({ name: z.enum(['cifar10']).describe('Dataset to download') })

/** Fetches a public dataset and takes it into the workspace. */
export const datasetDownloadStep = defineStep({
  id: 'dataset-download',
  label: 'Download dataset',
  help: 'Downloads a well-known dataset and takes it into the workspace',
  makes: 'dataset',
  params,
  run: async (context: StepContext, { name }): Promise<StepOutput> =>
    (await import('../datasetWork')).downloadToWorkspace(context, name),
})
