import { openDatabaseThread } from './thread/client'
import type { RemoteTables } from './thread/messages'
import { guardStorage } from './storageError'
import { createTunings } from './tunings'
import type { Tunings } from './tunings'
import { createFolders, workspacePaths } from './workspace'
import type { WorkspacePaths } from './workspace'

/** A workspace that is open in this process. Several processes may have it open. The tables of its database are on a thread of their own. */
export interface Store extends RemoteTables {
  readonly paths: WorkspacePaths
  readonly tunings: Tunings
  close(): Promise<void>
}

/** Opens a workspace and makes what is missing. Throws `storage` or `schemaTooNew`, each with what to do. */
export async function openStore(folder: string): Promise<Store> {
  const paths = workspacePaths(folder)
  guardStorage(paths.root, () => createFolders(paths))
  const { tables, close } = await openDatabaseThread({ folder: paths.root })
  return { paths, tunings: createTunings(paths.tunings), ...tables, close }
}
