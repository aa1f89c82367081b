import { statfsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Left free for the database and for whoever else writes: a fiftieth of a small disk, and no more than this. */
const mostReservedBytes = 256 * 2 ** 20
const reservedShare = 50
const pollMs = 1000

export interface Room {
  readonly freeBytes: number
  /** Below this a run that could go on waits. */
  readonly reservedBytes: number
}

export function roomOf(folder: string): Room {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { freeBytes: bavail * bsize, reservedBytes: Math.min(mostReservedBytes, (blocks * bsize) / reservedShare) }
}

/** Resolves when a disk has room for so many bytes above its reserve, or when the signal aborts. */
export async function waitForRoom(folder: string, neededBytes: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { freeBytes, reservedBytes } = roomOf(folder)
    if (signal.aborted || freeBytes > reservedBytes + neededBytes) return
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}
