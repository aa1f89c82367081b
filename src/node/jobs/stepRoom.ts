import { statSync } from 'node:fs'
import { NNOptError } from '../../shared/errors'
import type { Progress } from '../../shared/types'
import type { Store } from '../store'
import { roomOf, waitForRoom } from '../store/room'
import { isFull, storageError } from '../store/storageError'
import type { RunControl } from './control'
import type { ReadyStep } from './step'

/** Bytes that a step may write, for each byte that it starts from: files, states of optimizers, checkpoints, what it makes. */
const factors: Readonly<Record<string, number>> = {
  train: 10,
  prune: 10,
  quantize: 6,
  import: 3,
  export: 1.2,
  'dataset-add': 1.2,
}

/** Of anything, such as metrics and logs. */
const leastBytes = 2 ** 20

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

/** What a step is likely to write, from the size of what it starts from. */
async function neededBytes(store: Store, { kind, fields }: ReadyStep): Promise<number> {
  const files = [fields.file, ...(Array.isArray(fields.paths) ? (fields.paths as unknown[]) : [])]
  const ofFiles = files.map((path) => (typeof path === 'string' ? fileBytes(path) : 0))
  const reference = fields.from ?? fields.version
  const version = (await store.versions.list(false)).find(({ id, name }) => id === reference || name === reference)
  const startBytes = ofFiles.reduce((sum, bytes) => sum + bytes, version?.sizeBytes ?? 0)
  return leastBytes + startBytes * (factors[kind.id] ?? 0)
}

/** A folder of images stays where it is. */
function fileBytes(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? stats.size : 0
}

/** Throws `storage` when a step cannot fit on the disk. */
export async function assertRoom(store: Store, step: ReadyStep): Promise<void> {
  const needed = await neededBytes(store, step)
  const { freeBytes } = roomOf(store.paths.root)
  if (freeBytes < needed)
    throw new NNOptError(
      'storage',
      `workspace '${store.paths.root}': the disk is full: step '${step.kind.id}' needs about ${megabytes(needed)}, ${megabytes(freeBytes)} are free: free some space (nnopt purge empties the trash) and try again`,
      { workspace: store.paths.root, neededBytes: needed, freeBytes },
    )
}

export interface RoomParts {
  readonly store: Store
  readonly control: RunControl
  readonly pause: (paused: boolean, progress: Progress) => Promise<void>
}

/** Runs a step again, from its last checkpoint, each time that the disk was full and has room again. */
export async function withRoom<T>({ store, control, pause }: RoomParts, work: () => Promise<T>): Promise<T> {
  const { root } = store.paths
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const found = storageError(error, root)
      if (!isFull(found) || control.signal.aborted) throw found
      const label = 'paused: the disk is full; the run goes on when there is room'
      await pause(true, { label, done: 0 })
      await waitForRoom(root, leastBytes, control.signal)
      await pause(false, { label: 'going on', done: 0 })
    }
  }
}
