import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({ name: z.enum(['cifar10']).describe('Data set to fetch') })

/** Fetches a public data set and takes it into the workspace. */
export const datasetDownloadStep = defineStep({
  id: 'dataset-download',
  label: 'Download a data set',
  params,
  run: async (context: StepContext, { name }): Promise<StepOutput> =>
    (await import('../datasetWork')).downloadToWorkspace(context, name),
})
