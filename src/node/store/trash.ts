import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Version } from '../../shared/types'
import { diskUse, syncPath } from './durable'
import type { Store } from './index'
import { makeFolder } from './makeFolder'
import { guardStorageAsync } from './storageError'

const trashed = ({ paths }: Store, id: string): string => join(paths.trash, id)

function move(from: string, to: string): void {
  if (!existsSync(from)) return
  renameSync(from, to)
  for (const folder of [dirname(to), dirname(from)]) syncPath(folder)
}

/** Marks a version deleted and moves its folder to the trash; it can come back until it is purged. */
export function removeVersion(store: Store, version: Version): Promise<Version> {
  const { id } = version
  const deletedAt = new Date().toISOString()
  return guardStorageAsync(store.paths.root, async () => {
    makeFolder(store.paths.trash)
    // The row first: a crash in between leaves a deleted version whose folder doctor moves.
    const removed = await store.versions.update(id, { deletedAt })
    move(store.paths.version(id), trashed(store, id))
    return removed ?? { ...version, deletedAt }
  })
}

/** Brings a deleted version back. */
export function restoreVersion(store: Store, version: Version): Promise<Version> {
  const { id } = version
  return guardStorageAsync(store.paths.root, async () => {
    move(trashed(store, id), store.paths.version(id))
    return (await store.versions.update(id, { deletedAt: null })) ?? { ...version, deletedAt: null }
  })
}

/** Frees the disk of deleted versions; their children keep the id as parent. */
export function purgeVersions(
  store: Store,
  versions: readonly Version[],
): Promise<{ readonly removed: readonly string[]; readonly freedBytes: number }> {
  return guardStorageAsync(store.paths.root, async () => {
    let freedBytes = 0
    for (const { id } of versions) {
      await store.versions.remove(id)
      store.tunings.remove(id)
      for (const folder of [trashed(store, id), store.paths.version(id)]) {
        freedBytes += diskUse(folder)
        rmSync(folder, { recursive: true, force: true })
      }
    }
    return { removed: versions.map(({ id }) => id), freedBytes }
  })
}
