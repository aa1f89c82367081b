import nodePath from 'node:path'
import type { PlatformPath } from 'node:path'

/** Whether a path is a folder or lies in it. Judged by the names alone: resolve links first where they matter. */
export function isWithin(
  folder: string,
  path: string,
  { isAbsolute, relative, sep }: PlatformPath = nodePath,
): boolean {
  const way = relative(folder, path)
  // On another drive of Windows the way is absolute.
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
