import { realpathSync, statSync } from 'node:fs'
import { NNOptError } from '../../shared/errors'

/** The real path of a folder to open to token holders. Throws `notFound`. */
export function existingFolder(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new NNOptError('notFound', `'${path}' is not a folder: expected an existing folder to open to token holders`)
  return realpathSync.native(path)
}
