import { z } from 'zod'

export const splits = ['train', 'val', 'test'] as const
export const split = z.enum(splits)
export type Split = z.infer<typeof split>

/** A file that was skipped, and why. */
export const problem = z.object({ path: z.string(), reason: z.string() }).readonly()
export type Problem = z.infer<typeof problem>

const counts = z.object({ train: z.number(), val: z.number(), test: z.number() }).readonly()

/** A dataset in the workspace; `hash` covers splits, classes and content. */
const record = z.object({
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
export const datasetRecord = record.readonly()
export type DatasetRecord = z.infer<typeof datasetRecord>

const triple = z.tuple([z.number(), z.number(), z.number()]).readonly()

/** Findings from decoding every image once. */
export const datasetFacts = z
  .object({
    /**
     * `pixels`: decoded RGB in one file (images up to 64×64). `archive`: the encoded files in one file. `folder`: the
     * files stay where they are.
     */
    storage: z.enum(['pixels', 'archive', 'folder']),
    /** SHA-256 of the list of samples, which holds a checksum of each; older datasets have none. */
    tableHash: z.string().optional(),
    /** Disk space used in the workspace. */
    sizeBytes: z.number(),
    imageSize: z
      .object({ minWidth: z.number(), maxWidth: z.number(), minHeight: z.number(), maxHeight: z.number() })
      .readonly(),
    /** Mean and standard deviation of RGB / 255 over all pixels of all splits. */
    pixels: z.object({ mean: triple, std: triple }).readonly(),
    /** Number of skipped images; `problems` lists up to a thousand of them. */
    skipped: z.number(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type DatasetFacts = z.infer<typeof datasetFacts>

export const datasetDetails = record.extend({ facts: datasetFacts }).readonly()
export type DatasetDetails = z.infer<typeof datasetDetails>

/** An image as shown in a browser, or the reason why it cannot be shown. */
export const picture = z
  .object({
    /** Index in the split. */
    index: z.number(),
    /** Relative to the source of the dataset. */
    path: z.string(),
    className: z.string(),
    /** Of the original image, before scaling for display. */
    width: z.number(),
    height: z.number(),
    mimeType: z.string(),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    problem: z.string().nullable(),
  })
  .readonly()
export type Picture = z.infer<typeof picture>
