import '../noTelemetry'
import { takeRun } from '../locks/presence'
import { openStore } from '../store'
import { storageError } from '../store/storageError'
import { assert, toErrorReport } from '../../shared/errors'
import { createControl } from './control'
import type { JobCommand, JobMessage, JobOutcome } from './messages'
import { runRecipe } from './runRecipe'
import { steps } from './steps/index'

/** A job: one run in a process of its own. The host that started it talks over IPC; without the host it ends. */

const send = (message: JobMessage): void => {
  if (process.connected) process.send?.(message)
}

const control = createControl((paused) => onPause(paused))
let onPause: (paused: boolean) => Promise<void> = async () => undefined

async function work(workspace: string, runId: string): Promise<JobOutcome> {
  const store = await openStore(workspace)
  try {
    const progress = { label: 'waiting for the earlier process of this run to end', done: 0 }
    await takeRun(store.paths, runId, { onWait: () => send({ kind: 'progress', progress }) })
    const run = await store.runs.find(runId)
    assert(run, () => `run '${runId}' is not in '${workspace}'`)
    onPause = async (paused) => {
      await store.runs.update(runId, { status: paused ? 'paused' : 'running' })
      send({ kind: 'changed' })
    }
    return await runRecipe({ store, run, steps, control, send })
  } finally {
    await store.close()
  }
}

/** Threads may still hold native sessions: everything is written, so the process just ends. */
function finish(outcome: JobOutcome): void {
  process.send?.({ kind: 'finished', outcome } satisfies JobMessage, undefined, undefined, () => process.exit(0))
}

async function start({ workspace, runId }: Extract<JobCommand, { kind: 'start' }>): Promise<void> {
  const fail = (error: unknown): void =>
    finish({ status: 'failed', error: toErrorReport(storageError(error, workspace)) })
  // What a timer throws, such as a metric that no longer fits on the disk, ends the run as any other failure does.
  process.on('uncaughtException', fail)
  await work(workspace, runId).then(finish, fail)
}

// Ctrl-C reaches the whole process group; the host decides what to do about it.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(1))
process.on('message', (command: JobCommand) => {
  if (command.kind === 'start') void start(command)
  if (command.kind === 'wish') control.ask(command.wish)
})
