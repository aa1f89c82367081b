import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Version } from '../../shared/types'
import { diskUse, syncPath } from './durable'
import type { Store } from './index'
import { guardStorage } from './storageError'

const trashed = ({ paths }: Store, id: string): string => join(paths.trash, id)

const move = (from: string, to: string): void => {
  if (existsSync(from)) renameSync(from, to)
}

/** Marks a version deleted and moves its folder to the trash; it can come back until it is purged. */
export function removeVersion(store: Store, { id }: Version): Version {
  return guardStorage(store.paths.root, () => {
    mkdirSync(store.paths.trash, { recursive: true })
    // The row first: a crash in between leaves a deleted version whose folder doctor moves.
    store.versions.update(id, { deletedAt: new Date().toISOString() })
    move(store.paths.version(id), trashed(store, id))
    syncPath(store.paths.versions)
    return store.versions.find(id) as Version
  })
}

/** Brings a deleted version back. */
export function restoreVersion(store: Store, { id }: Version): Version {
  return guardStorage(store.paths.root, () => {
    move(trashed(store, id), store.paths.version(id))
    syncPath(store.paths.versions)
    store.versions.update(id, { deletedAt: null })
    return store.versions.find(id) as Version
  })
}

/** Frees the disk of deleted versions; their children keep the id as parent. */
export function purgeVersions(
  store: Store,
  versions: readonly Version[],
): { readonly removed: readonly string[]; readonly freedBytes: number } {
  return guardStorage(store.paths.root, () => {
    let freedBytes = 0
    for (const { id } of versions) {
      store.versions.remove(id)
      store.tunings.remove(id)
      for (const folder of [trashed(store, id), store.paths.version(id)]) {
        freedBytes += diskUse(folder)
        rmSync(folder, { recursive: true, force: true })
      }
    }
    return { removed: versions.map(({ id }) => id), freedBytes }
  })
}
