import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import type { Split } from '../../../shared/types/dataset'
import { throwIfCancelled } from '../cancelled'
import { nameKind, unsupportedReason } from '../imageNames'
import { splitNamed, splitNames } from '../splitNames'
import type { FoundImage, ImageLabel, Listing, ReadContext } from './format'
import { createListing } from './listing'
import type { SourceProbe } from './probe'
import { safePath } from './safePath'

/** One line of a file of labels: an image and what it shows. */
export interface LabelRow {
  /** Path of the image, relative to the file of labels. */
  readonly file: string
  readonly className: string
  /** Empty: not given. */
  readonly split: string
  /** Where it stands, for messages: 'line 7'. */
  readonly place: string
}

/** Whether a source is the file of labels itself, by its ending, or a folder that holds one called `labels` at its top. */
export const holdsLabels = ({ kind, path, names }: SourceProbe, ending: 'csv' | 'json'): boolean =>
  kind === 'folder' ? names.includes(`labels.${ending}`) : kind === 'file' && path.toLowerCase().endsWith(`.${ending}`)

export const labelsFile = ({ kind, path }: SourceProbe, ending: 'csv' | 'json'): string =>
  kind === 'folder' ? join(path, `labels.${ending}`) : path

export const readText = (file: string): Promise<string> => readFile(file, 'utf8')

/**
 * The images that a file of labels names. Those that are missing or of an unknown kind become problems; an image that is named twice,
 * a row without a class, an unknown split, or splits on some rows only throw `badInput` with the place.
 */
export async function labelledListing(
  file: string,
  rows: readonly LabelRow[],
  { signal, onProgress }: ReadContext,
): Promise<Listing> {
  const listing = createListing()
  const [root, seen] = [dirname(file), new Set<string>()]
  assertSplits(file, rows)
  for (const [index, row] of rows.entries()) {
    throwIfCancelled(signal, `reading '${file}'`)
    const path = safePath(basename(file), row.file)
    if (seen.has(path)) throw wrong(file, row, `'${path}' is listed twice: expected each image once`)
    seen.add(path)
    const found = await findImage(root, path, labelOf(file, row))
    if ('reason' in found) listing.addProblem({ path, reason: `${found.reason} (${basename(file)}, ${row.place})` })
    else listing.addImage(found)
    onProgress(index + 1, rows.length)
  }
  return listing.result()
}

async function findImage(
  root: string,
  path: string,
  label: ImageLabel,
): Promise<FoundImage | { readonly reason: string }> {
  if (nameKind(path) !== 'image') return { reason: unsupportedReason(path) }
  const file = join(root, path)
  const stats = await stat(file).catch((error: NodeJS.ErrnoException) => error)
  if (stats instanceof Error) return { reason: `cannot be opened: ${stats.code ?? stats.message}` }
  if (!stats.isFile()) return { reason: 'is not a file' }
  return { path, file, inArchive: false, offset: 0, length: stats.size, label }
}

function labelOf(file: string, row: LabelRow): ImageLabel {
  if (row.className === '') throw wrong(file, row, `'${row.file}' has no class`)
  return { className: row.className, split: splitOf(file, row) }
}

function splitOf(file: string, row: LabelRow): Split | null {
  if (row.split === '') return null
  const split = splitNamed(row.split)
  if (split === undefined)
    throw wrong(file, row, `unknown split '${row.split}': expected one of ${splitNames.join(', ')}`)
  return split
}

function assertSplits(file: string, rows: readonly LabelRow[]): void {
  const [without, with_] = [rows.find(({ split }) => split === ''), rows.find(({ split }) => split !== '')]
  if (without && with_)
    throw wrong(
      file,
      without,
      `'${without.file}' has no split, but '${with_.file}' does: expected splits everywhere or nowhere`,
    )
}

const wrong = (file: string, { place }: LabelRow, message: string): NNOptError =>
  new NNOptError('badInput', `'${file}', ${place}: ${message}`, { path: file })
