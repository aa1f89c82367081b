import { join } from 'node:path'
import { z } from 'zod'
import { architectures } from '../../../core/models/index'
import { trainConfig } from '../../../core/train/config'
import { checkPrecision } from '../../../core/train/checkPrecision'
import { NNOptError } from '../../../shared/errors'
import { onlyWhen } from '../../../shared/onlyWhen'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = trainConfig
  .extend({
    from: z.string().min(1).optional().describe('Version to go on from'),
    architecture: z
      .enum(architectures.ids as [string, ...string[]])
      .optional()
      .describe('Built-in architecture to train from the start'),
    ...onlyWhen(
      { field: 'architecture', isSet: true },
      {
        architectureParams: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('Settings of the architecture, such as its width and input size'),
        weightsFrom: z
          .string()
          .min(1)
          .optional()
          .describe('Version whose weights a built-in architecture starts with, where names and shapes agree'),
      },
    ),
    dataset: z.string().min(1).describe('Data set'),
    name: z.string().min(1).max(200).optional().describe('Name of the version'),
    backend: z.string().default('auto').describe('What computes; auto takes the fastest that is there'),
  })
  .refine(({ from, architecture }) => (from === undefined) !== (architecture === undefined), {
    message: "expected either 'architecture' or 'from'",
  })

export type TrainParams = z.output<typeof params>

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
  params,
  usesBackend: true,
  check: ({ architecture, architectureParams, ...options }) => {
    checkPrecision(options)
    if (architecture !== undefined) checkArchitecture(architecture, architectureParams)
  },
  run: async (context: StepContext, options): Promise<StepOutput> =>
    (await import('../models/trainVersion')).trainVersion(context, options, join(context.folder, 'checkpoints')),
})
