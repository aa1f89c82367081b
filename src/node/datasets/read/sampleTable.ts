import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import { parseAs } from '../../../shared/parse'

export const sampleTableFile = 'samples.json'

const integers = z.array(z.number().int()).readonly()

/**
 * All samples of a dataset in columns, sorted by split, label and path; store paths are absolute or relative to the
 * dataset's folder.
 */
export const sampleTableSchema = z
  .object({
    version: z.literal(1),
    /** `folder`: each sample is a file in it. `encoded`, `pixels`: the samples are in one file, as images or as RGB. */
    stores: z
      .array(z.object({ kind: z.enum(['folder', 'encoded', 'pixels']), path: z.string() }).readonly())
      .readonly(),
    /** 0 train, 1 val, 2 test. */
    split: integers,
    label: integers,
    /** Index in `stores`. */
    store: integers,
    /** Relative to the store's source, with '/'. */
    path: z.array(z.string()).readonly(),
    offset: integers,
    length: integers,
    /** CRC-32 of the bytes; tables of older programs have none. */
    crc: integers.optional(),
    width: integers,
    height: integers,
  })
  .readonly()

export type SampleTable = z.infer<typeof sampleTableSchema>

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Returns the SHA-256 of the file. */
export async function writeSampleTable(file: string, table: SampleTable): Promise<string> {
  const text = JSON.stringify(table)
  await writeFile(file, text, { flush: true })
  return sumOf(text)
}

/** Throws `storage` if the table is missing or damaged; it is not `expected` where that is known. */
export async function readSampleTable(file: string, datasetName: string, expected?: string): Promise<SampleTable> {
  try {
    const text = await readFile(file, 'utf8')
    if (expected !== undefined && sumOf(text) !== expected) throw new Error('its SHA-256 is not the one it had')
    return parseAs(sampleTableSchema, JSON.parse(text), 'table')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new NNOptError(
      'storage',
      `dataset '${datasetName}': '${file}' cannot be read (${reason}); add the dataset again`,
      { file },
      { cause: error },
    )
  }
}
