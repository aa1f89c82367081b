import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

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

/** A folder of this user for locks: the session's runtime folder, else the temporary one. */
export function lockFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_RUNTIME_DIR ?? tmpdir(), `nnopt-${process.getuid?.() ?? 'user'}`)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // The process of another user is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The process that holds the machine for a measurement, if one does. A lock whose process is gone is removed. */
export function exclusiveHolder(folder: string = lockFolder()): number | undefined {
  const pid = pidIn(lockFile(folder))
  if (pid === undefined || isAlive(pid)) return pid
  rmSync(lockFile(folder), { force: true })
  return undefined
}

const lockFile = (folder: string): string => join(folder, 'machine.lock')
const markerFolder = (folder: string): string => join(folder, 'working')

function pidIn(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

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
  const marker = join(markerFolder(folder), String(process.pid))
  const release = (): void => rmSync(marker, { force: true })
  writeFileSync(marker, '')
  const holder = exclusiveHolder(folder)
  if (holder === undefined || holder === process.pid) return release
  release()
}

function tryExclusive(folder: string): (() => void) | undefined {
  if (exclusiveHolder(folder) === undefined) take(folder)
  if (exclusiveHolder(folder) !== process.pid) return undefined
  const release = (): void => rmSync(lockFile(folder), { force: true })
  if (!someoneWorks(folder)) return release
  // Whoever waits for long work holds nobody else up.
  release()
}

function take(folder: string): void {
  try {
    writeFileSync(lockFile(folder), String(process.pid), { flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function someoneWorks(folder: string): boolean {
  const others = readdirSync(markerFolder(folder))
    .map(Number)
    .filter((pid) => pid !== process.pid)
  for (const pid of others.filter((other) => !isAlive(other)))
    rmSync(join(markerFolder(folder), String(pid)), { force: true })
  return others.some(isAlive)
}

/** Files of processes that are gone. */
export function staleLocks(folder: string = lockFolder()): readonly string[] {
  const markers = existsSync(markerFolder(folder))
    ? readdirSync(markerFolder(folder)).filter((pid) => !isAlive(Number(pid)))
    : []
  const holder = pidIn(lockFile(folder))
  return [
    ...markers.map((pid) => join(markerFolder(folder), pid)),
    ...(holder !== undefined && !isAlive(holder) ? [lockFile(folder)] : []),
  ]
}
