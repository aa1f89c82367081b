import { NNOptError } from '../../../shared/errors'

/**
 * The path of an archive's entry with '/', without './' and a trailing slash. Nothing is ever written under that path;
 * one that would leave the archive still throws `badInput`, for an archive with such an entry was made to do harm.
 */
export function safePath(archive: string, entry: string): string {
  const parts = entry.replaceAll('\\', '/').split('/')
  const isAbsolute = parts[0] === '' || /^[A-Za-z]:$/.test(parts[0])
  if (isAbsolute || parts.includes('..'))
    throw new NNOptError('badInput', `'${archive}': entry '${entry}' points outside the archive; nothing was added`, {
      archive,
      entry,
    })
  return parts.filter((part) => part !== '' && part !== '.').join('/')
}
