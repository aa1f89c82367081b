import { z } from 'zod'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { versionName } from '../../../shared/fields'

const params = z.object({
  versions: z.array(versionName()).min(1).describe('Versions in row order; the others are compared with the first'),
  title: z.string().min(1).default('Results').describe('Heading'),
  overwrite: z.boolean().default(true).describe('Replace existing files'),
  out: z.string().min(1).meta({ path: 'new' }).describe('Markdown file; two plots are written next to it'),
})

/** Writes what was measured of versions as a table with two plots. */
export const resultsStep = defineStep({
  id: 'results',
  label: 'Write results table',
  help: 'Writes the measurements of versions as a table with two plots',
  params,
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../work/measure/writeResults')).writeResults(context, options),
})
