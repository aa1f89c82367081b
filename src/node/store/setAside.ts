import { existsSync, renameSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { syncPath } from './durable'
import { makeFolder } from './makeFolder'
import type { WorkspacePaths } from './workspace'

/** Moves a file or folder of the workspace to the same place under `lost+found/`; nothing is ever deleted by a repair. Returns where it is now. */
export function setAside({ root, lostAndFound }: WorkspacePaths, path: string): string {
  const wanted = join(lostAndFound, relative(root, path))
  let place = wanted
  for (let count = 2; existsSync(place); count++) place = `${wanted}-${count}`
  makeFolder(dirname(place))
  renameSync(path, place)
  syncPath(dirname(place))
  syncPath(dirname(path))
  return place
}
