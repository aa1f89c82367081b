import { basename } from 'node:path'
import { stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { openPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { NNOptError } from '../../../shared/errors'
import { createArchiveBudget } from './archiveBudget'
import { throwIfCancelled } from '../cancelled'
import { defineFormat } from './format'
import type { Listing, ReadContext } from './format'
import { createListing } from './listing'
import type { ListingBuilder } from './listing'
import type { SourceProbe } from './probe'
import { safePath } from './safePath'
import { maxEntryBytes } from './tarEntries'

/** A zip with folders of images. */
export const zipFormat = defineFormat({
  id: 'zip',
  label: 'Zip archive',
  help: 'A .zip with train|val|test/<class>/<image>, or <class>/<image>',
  progressUnit: 'files',
  matches: ({ kind }) => kind === 'zip',
  read: readZip,
})

async function readZip({ path }: SourceProbe, context: ReadContext): Promise<Listing> {
  const archive = basename(path)
  const budget = createArchiveBudget(archive, (await stat(path)).size)
  const listing = createListing()
  const progress = { done: 0, last: 'its start' }
  const zip = await openPromise(path).catch((error: unknown) => {
    throw damaged(path, progress.last, error)
  })
  try {
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(context.signal, `reading '${archive}'`)
      budget.take(entry.uncompressedSize)
      await addEntry(zip, entry, safePath(archive, entry.fileName), listing, context)
      progress.last = `'${entry.fileName}'`
      context.onProgress(++progress.done, zip.entryCount)
    }
    return listing.result()
  } catch (error) {
    throw error instanceof NNOptError ? error : damaged(path, progress.last, error)
  } finally {
    zip.close()
  }
}

async function addEntry(
  zip: ZipFile,
  entry: Entry,
  path: string,
  listing: ListingBuilder,
  { blob }: ReadContext,
): Promise<void> {
  if (entry.fileName.endsWith('/')) return listing.addFolder(path)
  if (!listing.wants(path)) return
  if (entry.uncompressedSize > maxEntryBytes)
    return listing.addProblem({ path, reason: `is larger than ${maxEntryBytes} bytes` })
  const bytes = await buffer(await zip.openReadStreamPromise(entry))
  // yauzl compares sizes only.
  if (crc32(bytes) !== entry.crc32) throw new Error(`the checksum of '${entry.fileName}' differs`)
  listing.addImage({ path, file: blob.path, inArchive: true, offset: blob.append(bytes), length: bytes.length })
}

function damaged(path: string, last: string, error: unknown): NNOptError {
  const reason = error instanceof Error ? error.message : String(error)
  return new NNOptError(
    'badInput',
    `'${path}' is truncated or damaged after ${last} (${reason}): expected a complete zip archive; nothing was added`,
    { path },
    { cause: error },
  )
}
