import { z } from 'zod'
import { architectures } from '../../../../core/architectures/index'
import { trainConfig } from '../../../../core/train/config'
import { onlyWhen } from '../../../../shared/onlyWhen'

/** What a person may choose of a training. */
export const trainParams = trainConfig
  .extend({
    from: z.string().min(1).optional().describe('Version to fine-tune'),
    architecture: z
      .enum(architectures.ids as [string, ...string[]])
      .optional()
      .describe('Built-in architecture to train from scratch'),
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
          .describe('Version to initialize a built-in architecture from, where names and shapes match'),
      },
    ),
    dataset: z.string().min(1).describe('Dataset'),
    name: z.string().min(1).max(200).optional().describe('Name of the new version'),
    backend: z.string().default('auto').describe('Training backend; auto picks the fastest one available'),
  })
  .refine(({ from, architecture }) => (from === undefined) !== (architecture === undefined), {
    message: "expected either 'architecture' or 'from'",
  })

export type TrainParams = z.output<typeof trainParams>
