import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NNOptError } from '../../shared/errors'
import { createId } from '../store/ids'
import { makeFolder } from '../store/makeFolder'
import type { WorkspacePaths } from '../store/workspace'
import { isLocked, tryLock } from './fileLock'

/** A process that works in a workspace: it holds the lock of a file of its own as long as it lives. */
export interface Presence {
  readonly id: string
  leave(): void
}

type Paths = Pick<WorkspacePaths, 'presence'>

const extension = '.lock'
const fileOf = ({ presence }: Paths, id: string): string => join(presence, `${id}${extension}`)

/** Announces this process. */
export function enterWorkspace(paths: Paths): Presence {
  makeFolder(paths.presence)
  const id = createId('p')
  const lock = tryLock(fileOf(paths, id))
  return {
    id,
    leave: () => {
      lock?.release()
      rmSync(fileOf(paths, id), { force: true })
    },
  }
}

/** Whether the process of that id lives. */
export const isPresent = (paths: Paths, id: string): boolean => isLocked(fileOf(paths, id))

/** Ids of the processes that ended without leaving: they were killed, or the machine stopped. */
export function endedAbruptly(paths: Paths): readonly string[] {
  if (!existsSync(paths.presence)) return []
  return readdirSync(paths.presence)
    .filter((name) => name.startsWith('p-') && name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length))
    .filter((id) => !isPresent(paths, id))
}

/** Whether no process works in the workspace. */
export function isAlone({ presence }: Paths): boolean {
  const files = existsSync(presence) ? readdirSync(presence) : []
  return !files.some((name) => isLocked(join(presence, name)))
}

/** Throws `conflict` while a process works in the workspace: its database cannot be replaced now. */
export function assertNobodyPresent(paths: Paths & Pick<WorkspacePaths, 'root'>): void {
  if (!isAlone(paths))
    throw new NNOptError('conflict', `workspace '${paths.root}' is open in another program: quit that program first`)
}

export function forget(paths: Paths, ids: readonly string[]): void {
  for (const id of ids) rmSync(fileOf(paths, id), { force: true })
}

const pollMs = 50
/** A job whose host was killed ends within moments, unless native code holds it up. */
const runPatienceMs = 60_000

/**
 * Takes a run for this process alone and returns the function that gives it back; waits for an earlier process of the run to end.
 * Throws `conflict` when that one goes on.
 */
export async function takeRun(
  paths: Paths,
  runId: string,
  { onWait, patienceMs = runPatienceMs }: { readonly onWait?: () => void; readonly patienceMs?: number } = {},
): Promise<() => void> {
  makeFolder(paths.presence)
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    const lock = tryLock(fileOf(paths, runId))
    if (lock) return lock.release
    if (waitedMs === 0) onWait?.()
    await sleep(pollMs)
  }
  throw new NNOptError(
    'conflict',
    `run '${runId}': an earlier process still works on it; end that process, then resume the run`,
    { run: runId },
  )
}
