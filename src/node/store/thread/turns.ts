import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy, isReadOnly } from '../../nodeSqlite'
import type { DatabaseSync } from '../tables/sqlite'

/** One thing to do with the database, and who wants to hear how it went. */
export interface Turn {
  run(): unknown
  done(result: unknown): void
  failed(error: unknown): void
}

/** Gives calls their turns. */
export interface Turns {
  take(turn: Turn): void
  /** Resolves when no call waits any more; those that other programs hold up fail after `patienceMs`. */
  settled(patienceMs: number): Promise<void>
}

/** Another program's transaction may take so long; then the call fails. */
const busyPatienceMs = 10 * 60_000
const [shortestPauseMs, longestPauseMs] = [5, 100]

interface Waiting {
  readonly turn: Turn
  readonly since: number
}

/**
 * Runs calls one after the other. Where another program holds the database, calls that write wait in their order and are tried again,
 * and calls that only read are answered meanwhile: under `query_only` SQLite refuses the first write of a call, and the call queues up.
 */
export function createTurns(database: DatabaseSync, now: () => number = () => performance.now()): Turns {
  const waiting: Waiting[] = []
  let patienceMs = busyPatienceMs
  let working: Promise<void> = Promise.resolve()

  const isStuck = (error: unknown, since: number): boolean => isBusy(error) && now() - since < patienceMs
  const wait = (turn: Turn): void => {
    waiting.push({ turn, since: now() })
    if (waiting.length === 1) working = retry()
  }
  const retry = async (): Promise<void> => {
    for (let pauseMs = shortestPauseMs; waiting.length > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      await sleep(pauseMs)
      while (waiting.length > 0 && attempt(waiting[0]!.turn, (error) => isStuck(error, waiting[0]!.since)))
        waiting.shift()
    }
  }
  return {
    take(turn) {
      const comesAgain = waiting.length === 0 ? isBusy : (error: unknown) => isBusy(error) || isReadOnly(error)
      const tryIt = (): boolean => attempt(turn, comesAgain)
      const isDone = waiting.length === 0 ? tryIt() : readOnly(database, tryIt)
      if (!isDone) wait(turn)
    },
    settled(patience) {
      patienceMs = patience
      return working
    },
  }
}

/** False when the turn has to come again. */
function attempt({ run, done, failed }: Turn, comesAgain: (error: unknown) => boolean): boolean {
  try {
    done(run())
  } catch (error) {
    if (comesAgain(error)) return false
    failed(error)
  }
  return true
}

function readOnly<T>(database: DatabaseSync, action: () => T): T {
  const before = Number(database.prepare('PRAGMA query_only').get()?.query_only)
  database.exec('PRAGMA query_only = ON')
  try {
    return action()
  } finally {
    database.exec(`PRAGMA query_only = ${before}`)
  }
}

/** Runs `action` until no other program holds the database. */
export async function patiently<T>(action: () => T, patienceMs = busyPatienceMs): Promise<T> {
  const since = performance.now()
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error) || performance.now() - since > patienceMs) throw error
    }
    await sleep(pauseMs)
  }
}
