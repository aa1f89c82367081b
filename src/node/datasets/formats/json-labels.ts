import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import { defineFormat } from './format'
import { holdsLabels, labelledListing, labelsFile, readText } from './labelled'
import type { LabelRow } from './labelled'

const entry = z.union([z.string(), z.strictObject({ class: z.string(), split: z.string().default('') }).readonly()])

const labels = z.record(z.string(), entry)

/** An object that maps image paths to classes. */
export const jsonLabelsFormat = defineFormat({
  id: 'json-labels',
  label: 'JSON labels',
  help: 'A folder with labels.json, or a JSON file next to its images: {"cat/1.jpg": "cat"} or {"1.jpg": {"class": "cat", "split": "train"}}',
  progressUnit: 'files',
  matches: (probe) => holdsLabels(probe, 'json'),
  refines: ['image-folder'],
  read: async (source, context) => {
    const file = labelsFile(source, 'json')
    return labelledListing(file, rowsOf(file, await readText(file)), context)
  },
})

function rowsOf(file: string, text: string): readonly LabelRow[] {
  const parsed = labels.safeParse(parseJson(file, text))
  if (!parsed.success)
    throw new NNOptError(
      'badInput',
      `'${file}': '${parsed.error.issues[0]?.path.join('.') ?? ''}': expected image paths with a class, or with {"class", "split"}`,
      { path: file },
    )
  return Object.entries(parsed.data).map(([path, value]) => ({
    file: path,
    className: (typeof value === 'string' ? value : value.class).trim(),
    split: typeof value === 'string' ? '' : value.split.trim(),
    place: `'${path}'`,
  }))
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NNOptError('badInput', `'${file}' is not valid JSON: ${reason}`, { path: file }, { cause })
  }
}
