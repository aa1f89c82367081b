import { baselineFile, sampleArchive } from '../bundled'
import { makeFolder } from '../store/makeFolder'
import type { WorkspacePaths } from '../store/workspace'
import { join } from 'node:path'
import { readAccess } from './accessFile'
import { outputFolders } from './pathRules'
import type { Reach } from './pathRules'

/** What token holders may reach now; `folders` are those that the server was started with. */
export function reachOf(paths: WorkspacePaths, folders: readonly string[]): Reach {
  for (const name of outputFolders) makeFolder(join(paths.root, name))
  return {
    paths,
    folders: [...folders, ...readAccess(paths.root).folders],
    bundled: [baselineFile(), sampleArchive()],
  }
}
