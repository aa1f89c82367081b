import { join } from 'node:path'
import { architectures } from '../../../core/architectures/index'
import { NNOptError } from '../../../shared/errors'
import { checkPrecision } from '../../backends/checkPrecision'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { trainParams } from '../work/train/parameters'

function checkArchitecture(architecture: string, given: Readonly<Record<string, unknown>>): void {
  const issue = architectures.get(architecture).params.safeParse(given).error?.issues[0]
  if (issue)
    throw new NNOptError('wrongCall', `architecture '${architecture}': '${issue.path.join('.')}': ${issue.message}`, {
      field: ['architectureParams', ...issue.path].join('.'),
    })
}

/** Trains a built-in architecture from the start, or goes on from a version; the best epoch by the validation split becomes a version. */
export const trainStep = defineStep({
  id: 'train',
  label: 'Train',
  params: trainParams,
  usesBackend: true,
  check: ({ architecture, architectureParams, ...options }) => {
    checkPrecision(options)
    if (architecture !== undefined) checkArchitecture(architecture, architectureParams)
  },
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../work/train/trainVersion')).trainVersion(context, options, join(context.folder, 'checkpoints')),
})
