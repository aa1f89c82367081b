import { NNOptError } from '../../../shared/errors'

/**
 * The path of an archive entry with '/', without './' and trailing slashes. Nothing is ever written under that path,
 * but a path outside the archive still throws `badInput`, because such an archive is malicious.
 */
export function safePath(archive: string, entry: string): string {
  const parts = entry.replaceAll('\\', '/').split('/')
  const isAbsolute = parts[0] === '' || /^[A-Za-z]:$/.test(parts[0]!)
  if (isAbsolute || parts.includes('..'))
    throw new NNOptError('badInput', `'${archive}': entry '${entry}' points outside the archive; nothing was added`, {
      archive,
      entry,
    })
  return parts.filter((part) => part !== '' && part !== '.').join('/')
}
