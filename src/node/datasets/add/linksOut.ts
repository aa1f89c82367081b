import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { isWithin } from '../../access/isWithin'
import type { SourceProbe } from '../formats/probe'

/** Throws `forbidden` for a folder with a link that leaves it, naming the link: whoever may read the folder may not thereby read other files. */
export async function assertNoLinksOut({ path: folder, kind }: Pick<SourceProbe, 'path' | 'kind'>): Promise<void> {
  if (kind !== 'folder') return
  const root = await realpath(folder)
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue
    const link = join(entry.parentPath, entry.name)
    if (await leaves(root, link))
      throw new NNOptError(
        'forbidden',
        `'${link}' is a link that leaves the folder '${folder}': this token cannot read through it; ask the owner to replace it with the files`,
      )
  }
}

/** What the link leads to need not exist. */
async function leaves(root: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined)
  return target !== undefined && !isWithin(root, target)
}
