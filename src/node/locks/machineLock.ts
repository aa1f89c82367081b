import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createId } from '../store/ids'
import { isLocked, tryLock } from './fileLock'
import type { FileLock } from './fileLock'

/** Work of one kind runs side by side; a measurement wants the machine for itself. */
export type Claim = 'shared' | 'exclusive'

export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when somebody else has to finish first. */
  readonly onWait?: () => void
  /** How long a measurement waits for others before it goes on beside them; without it, as long as they take. */
  readonly patienceMs?: number
  /** Called once when patience has ended. */
  readonly onGiveUp?: () => void
  /** For tests. */
  readonly folder?: string
}

const pollMs = 200
const extension = '.lock'

/** A folder of this user for locks: the session's runtime folder, else the temporary one. */
function lockFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_RUNTIME_DIR ?? tmpdir(), `nnopt-${process.getuid?.() ?? 'user'}`)
}

const exclusiveFile = (folder: string): string => join(folder, `measuring${extension}`)
const markerFolder = (folder: string): string => join(folder, 'working')

/** What this process has: a step that works may measure in between. */
const own = new Set<string>()

function takeOwn(path: string): FileLock | undefined {
  const lock = tryLock(path)
  if (!lock) return undefined
  own.add(path)
  return { path, release: () => (own.delete(path), lock.release()) }
}

/** Whether another process has the machine for a measurement. */
export const isMachineTaken = (folder: string = lockFolder()): boolean =>
  !own.has(exclusiveFile(folder)) && isLocked(exclusiveFile(folder))

/** Waits for its turn and returns the function that gives the machine back. */
export async function claimMachine(
  claim: Claim,
  { signal, onWait, patienceMs = Infinity, onGiveUp, folder = lockFolder() }: LockOptions = {},
): Promise<() => void> {
  mkdirSync(markerFolder(folder), { recursive: true })
  const attempt = claim === 'exclusive' ? tryExclusive : tryShared
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    const release = attempt(folder)
    if (release) return release
    if (waitedMs === 0) onWait?.()
    await sleep(pollMs, undefined, { signal })
  }
  onGiveUp?.()
  return () => undefined
}

/** The marker first, the look at the lock second: of two that start at once, at least one sees the other. */
function tryShared(folder: string): (() => void) | undefined {
  // The name is nobody else's: the file can go when the lock does.
  const marker = takeOwn(join(markerFolder(folder), `${createId('w')}${extension}`))
  const release = (): void => {
    marker?.release()
    if (marker) rmSync(marker.path, { force: true })
  }
  if (!isMachineTaken(folder)) return release
  release()
  return undefined
}

function tryExclusive(folder: string): (() => void) | undefined {
  const lock = takeOwn(exclusiveFile(folder))
  if (!lock) return undefined
  if (!someoneWorks(folder)) return lock.release
  // Whoever waits for long work holds nobody else up.
  lock.release()
  return undefined
}

function someoneWorks(folder: string): boolean {
  const others = markers(folder).filter((path) => !own.has(path))
  const working = others.filter(isLocked)
  for (const path of others) if (!working.includes(path)) rmSync(path, { force: true })
  return working.length > 0
}

const markers = (folder: string): readonly string[] =>
  readdirSync(markerFolder(folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => join(markerFolder(folder), name))

/** Removes what is left of processes that have ended, and of programs that wrote process ids into files; returns the paths. Nothing waits for these. */
export function clearLeftLocks(folder: string = lockFolder()): readonly string[] {
  const working = existsSync(markerFolder(folder)) ? readdirSync(markerFolder(folder)) : []
  const left = [
    ...working
      .map((name) => join(markerFolder(folder), name))
      .filter((path) => !path.endsWith(extension) || (!own.has(path) && !isLocked(path))),
    ...[join(folder, 'machine.lock')].filter((path) => existsSync(path)),
  ]
  for (const path of left) rmSync(path, { force: true })
  return left
}
