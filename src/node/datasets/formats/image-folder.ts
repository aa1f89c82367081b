import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { throwIfCancelled } from '../cancelled'
import { nameKind } from '../imageNames'
import { defineFormat } from './format'
import type { Listing, ReadContext } from './format'
import { createListing } from './listing'
import type { ListingBuilder } from './listing'
import type { SourceProbe } from './probe'

/** A folder tree of images, which stay where they are unless they are small. */
export const imageFolderFormat = defineFormat({
  id: 'image-folder',
  label: 'Image folder',
  help: 'A folder with train|val|test/<class>/<image>, or <class>/<image>',
  progressUnit: 'files',
  matches: ({ kind }) => kind === 'folder',
  read: readFolder,
})

interface Walk {
  readonly root: string
  readonly listing: ListingBuilder
  readonly context: ReadContext
  /** Real paths of the parent folders, so that a link back to one of them ends the walk. */
  readonly above: readonly string[]
}

async function readFolder({ path }: SourceProbe, context: ReadContext): Promise<Listing> {
  const listing = createListing()
  await walk('', { root: path, listing, context, above: [] })
  return listing.result()
}

async function walk(folder: string, { root, listing, context, above }: Walk): Promise<void> {
  throwIfCancelled(context.signal, `reading '${root}'`)
  const real = await realpath(join(root, folder))
  if (above.includes(real))
    return listing.addProblem({ path: folder, reason: 'is a link to one of its parent folders' })
  const names = await readdir(real).catch((error: NodeJS.ErrnoException) => {
    throw new NNOptError(
      'badInput',
      `folder '${join(root, folder)}' cannot be read (${error.code ?? error.message})`,
      { folder },
      { cause: error },
    )
  })
  for (const name of names.sort())
    await visit(folder === '' ? name : `${folder}/${name}`, { root, listing, context, above: [...above, real] })
}

async function visit(path: string, step: Walk): Promise<void> {
  if (nameKind(path) === 'hidden') return
  const file = join(step.root, path)
  const stats = await stat(file).catch((error: NodeJS.ErrnoException) => error)
  if (stats instanceof Error)
    return step.listing.addProblem({ path, reason: `cannot be opened (${stats.code ?? stats.message})` })
  if (stats.isDirectory()) {
    step.listing.addFolder(path)
    return walk(path, step)
  }
  if (stats.isFile() && step.listing.wants(path))
    step.listing.addImage({ path, file, inArchive: false, offset: 0, length: stats.size })
}
