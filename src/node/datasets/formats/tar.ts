import { defineFormat } from './format'
import type { Listing, ReadContext } from './format'
import { createListing } from './listing'
import type { ListingBuilder } from './listing'
import type { SourceProbe } from './probe'
import { maxEntryBytes, tarEntries } from './tarEntries'
import type { TarEntry } from './tarEntries'

/** A tar or tar.gz with folders of images. */
export const tarFormat = defineFormat({
  id: 'tar',
  label: 'Tar archive',
  help: 'A .tar or .tar.gz with train|val|test/<class>/<image>, or <class>/<image>',
  progressUnit: 'bytes',
  matches: ({ kind }) => kind === 'tar' || kind === 'tar.gz',
  read: readTar,
})

async function readTar({ path, kind }: SourceProbe, context: ReadContext): Promise<Listing> {
  const listing = createListing()
  for await (const entry of tarEntries(path, kind === 'tar' ? 'tar' : 'tar.gz', context))
    await addEntry(entry, listing, context)
  return listing.result()
}

async function addEntry(entry: TarEntry, listing: ListingBuilder, { blob }: ReadContext): Promise<void> {
  const { path, type, sizeBytes } = entry
  if (type === 'folder') return listing.addFolder(path)
  if (!listing.wants(path)) return
  if (type !== 'file') return listing.addProblem({ path, reason: 'is a link; links in archives are not followed' })
  if (sizeBytes > maxEntryBytes) return listing.addProblem({ path, reason: `is larger than ${maxEntryBytes} bytes` })
  const bytes = await entry.bytes()
  listing.addImage({ path, file: blob.path, inArchive: true, offset: blob.append(bytes), length: bytes.length })
}
