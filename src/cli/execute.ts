import { fromErrorReport, NNOptError } from '../shared/errors'
import type { HostEvent, Recipe, Run, RunStatus } from '../shared/types'
import type { Cli } from './cli'

/** Ignores a second Ctrl-C within this time: a terminal sends the first one to every process in the group. */
const repeatAfterMs = 500

/**
 * Queues a recipe and waits for it to finish, showing progress. Ctrl-C asks the job to stop; a second one kills it.
 * Throws if the run does not finish.
 */
export async function execute(cli: Cli, recipe: Recipe): Promise<Run> {
  return follow(cli, await cli.client.call('runs.start', { recipe }))
}

/** The same for a run that is already queued. */
export async function follow(cli: Cli, queued: Run): Promise<Run> {
  const forget = stopOnInterrupt(cli, queued.id)
  try {
    const run = await cli.client.call('runs.wait', { run: queued.id }, { onEvent: (event) => show(cli, event) })
    cli.progress.end()
    return assertDone(run)
  } finally {
    forget()
  }
}

function show({ progress }: Cli, event: HostEvent): void {
  if (event.kind === 'run.progress') progress.show(event.progress)
  if (event.kind === 'run.log') progress.note(event.level === 'warning' ? `warning: ${event.text}` : event.text)
}

function stopOnInterrupt({ client, progress }: Cli, run: string): () => void {
  let askedAt = -Infinity
  const onSignal = (): void => {
    if (Date.now() - askedAt < repeatAfterMs) return
    progress.note(askedAt < 0 ? 'stopping… (press Ctrl-C again to stop immediately)' : 'stopping immediately')
    askedAt = Date.now()
    void client.call('runs.stop', { run }).catch(() => undefined)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
  }
}

const offersResume: readonly RunStatus[] = ['stopped', 'crashed']

function assertDone(run: Run): Run {
  if (run.status === 'done') return run
  const hint = offersResume.includes(run.status) ? `; resume it with 'nnopt resume ${run.id}'` : ''
  if (!run.error) throw new NNOptError('cancelled', `stopped on request${hint}`, { run: run.id })
  const { code, message, details } = fromErrorReport(run.error)
  throw new NNOptError(code, `${message}${hint}`, { ...details, run: run.id })
}
