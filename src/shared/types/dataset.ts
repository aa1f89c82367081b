import { z } from 'zod'

export const splits = ['train', 'val', 'test'] as const
export const split = z.enum(splits)
export type Split = z.infer<typeof split>

/** A file that was skipped, and why. */
export const problem = z.object({ path: z.string(), reason: z.string() }).readonly()
export type Problem = z.infer<typeof problem>

const counts = z.object({ train: z.number(), val: z.number(), test: z.number() }).readonly()

/** A data set as the workspace knows it; `hash` covers the splits, the classes and the content. */
export const datasetRecord = z
  .object({
    name: z.string(),
    source: z.object({ format: z.string(), path: z.string() }).readonly(),
    classes: z.array(z.string()).readonly(),
    counts,
    perClass: z.record(z.string(), counts).readonly(),
    hash: z.string(),
    seed: z.number(),
    problems: z.array(problem).readonly(),
    createdAt: z.string(),
  })
  .readonly()
export type DatasetRecord = z.infer<typeof datasetRecord>
