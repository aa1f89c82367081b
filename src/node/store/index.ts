import { existsSync, readdirSync, statSync } from 'node:fs'
import { openDatabaseThread } from './thread/client'
import type { RemoteTables } from './thread/messages'
import { endedAbruptly, enterWorkspace, forget } from '../locks/presence'
import type { Presence } from '../locks/presence'
import { assertSealed, sealDatabase } from './seal'
import { guardStorage, lostDatabase } from './storageError'
import { createTunings } from './tunings'
import type { Tunings } from './tunings'
import { createFolders, workspacePaths } from './workspace'
import type { WorkspacePaths } from './workspace'
import { atLeast } from '../../shared/atLeast'

/** A workspace that is open in this process. Several processes may have it open. The tables of its database are on a thread of their own. */
export interface Store extends RemoteTables {
  readonly paths: WorkspacePaths
  readonly tunings: Tunings
  /** This process among those that work in the workspace; null where it only reads. */
  readonly presence: string | null
  /** Whether a process ended here without leaving, since somebody last looked. */
  readonly endedAbruptly: boolean
  close(): Promise<void>
}

/** Opens a workspace to work in it, and makes what is missing. Throws `storage` or `schemaTooNew`, each with what to do. */
export async function openStore(folder: string): Promise<Store> {
  const paths = workspacePaths(folder)
  const [presence, abrupt] = guardStorage(paths.root, () => {
    assertDatabaseThere(paths)
    assertSealed(paths)
    createFolders(paths)
    const ended = endedAbruptly(paths)
    return [enterWorkspace(paths), ended]
  })
  try {
    const { tables, close } = await openDatabaseThread({ folder: paths.root, check: abrupt.length > 0 })
    forget(paths, abrupt)
    return assemble(paths, presence, abrupt.length > 0, tables, close)
  } catch (error) {
    presence.leave()
    throw error
  }
}

/** A database is made for a new workspace only: where folders hold something, it was lost. */
function assertDatabaseThere({ root, database, versions, datasets, runs }: WorkspacePaths): void {
  const size = statSync(database, { throwIfNoEntry: false })?.size
  if (size !== undefined && size > 0) return
  const count = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0)
  const [versionCount, datasetCount, runCount] = atLeast(3, [versions, datasets, runs].map(count))
  if (versionCount + datasetCount + runCount === 0) return
  const holds = `the folders of ${versionCount} versions, ${datasetCount} datasets and ${runCount} runs`
  throw lostDatabase(root, `its database 'workspace.db' is ${size === 0 ? 'empty' : 'missing'} beside ${holds}`)
}

/** Opens a workspace for looking on; whatever writes throws `storage`. */
export async function openStoreToRead(folder: string): Promise<Store> {
  const paths = workspacePaths(folder)
  const { tables, close } = await openDatabaseThread({ folder: paths.root, readOnly: true })
  return assemble(paths, null, false, tables, close)
}

function assemble(
  paths: WorkspacePaths,
  presence: Presence | null,
  abrupt: boolean,
  tables: RemoteTables,
  close: Store['close'],
): Store {
  return {
    ...tables,
    paths,
    tunings: createTunings(paths.tunings),
    presence: presence?.id ?? null,
    endedAbruptly: abrupt,
    close: async () => {
      await close()
      presence?.leave()
      if (presence) sealDatabase(paths)
    },
  }
}
