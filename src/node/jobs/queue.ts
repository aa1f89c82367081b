import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { uptime } from 'node:os'
import { checkRecipe, formatRecipe, paramsOf } from '../../core/recipe/recipe'
import { NNOptError } from '../../shared/errors'
import type { Recipe, Run } from '../../shared/types'
import type { EventHub } from '../handlers/events'
import type { Store } from '../store'
import { replaceFile } from '../store/durable'
import { createId } from '../store/ids'
import type { Wish } from './control'
import { isAlive } from './machineLock'
import type { JobMessage } from './messages'
import { spawnJob } from './spawnJob'
import type { JobHandle } from './spawnJob'

export interface JobQueue {
  /** Checks the whole recipe, then queues it. */
  start(recipe: Recipe): Promise<Run>
  resume(run: Run): Promise<Run>
  pause(run: Run): Run
  /** Asks it to stop, at once or at the end of its epoch; asked again to stop at once, ends its process. */
  stop(run: Run, when?: 'now' | 'epochEnd'): Run
  /** Ids of the runs that wait, the next one first. */
  order(): readonly string[]
  /** Puts a waiting run before another, or last. */
  move(run: Run, before?: Run): readonly string[]
  /** Whether a run works or waits in this queue. */
  owns(runId: string): boolean
  /** Ends the job that runs; its run can be resumed. */
  close(): Promise<void>
}

const wishPollMs = 500
const now = (): string => new Date().toISOString()

/** One run after the other; other hosts of the same workspace have queues of their own. */
export function createQueue(store: Store, hub: EventHub): JobQueue {
  return new Queue(store, hub)
}

class Queue implements JobQueue {
  private waiting: readonly string[] = []
  private active: { readonly runId: string; readonly job: JobHandle; asked: Wish } | undefined
  private closed = false
  /** Between the queue and its process. */
  private starting: string | undefined
  private idle: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: Store,
    private readonly hub: EventHub,
  ) {}

  async start(recipe: Recipe): Promise<Run> {
    const { steps } = await import('./steps/index')
    checkRecipe(recipe, steps)
    const id = createId('r')
    mkdirSync(this.store.paths.run(id), { recursive: true })
    replaceFile(join(this.store.paths.run(id), 'recipe.yaml'), new TextEncoder().encode(formatRecipe(recipe)))
    this.store.runs.insert({ id, name: recipe.name, recipe, createdAt: now(), pid: process.pid })
    return this.enqueue(id)
  }

  async resume(run: Run): Promise<Run> {
    if (run.status === 'paused') return this.wish(run, 'run')
    if (!run.resumable)
      throw new NNOptError(
        'conflict',
        `run '${run.id}' is ${run.status}: expected a paused, stopped, failed or crashed run`,
      )
    this.store.runs.update(run.id, { status: 'queued', error: null, finishedAt: null, wish: 'run', pid: process.pid })
    return this.enqueue(run.id)
  }

  pause(run: Run): Run {
    if (run.status !== 'running')
      throw new NNOptError('conflict', `run '${run.id}' is ${run.status}: expected a running run`)
    return this.wish(run, 'pause')
  }

  stop(run: Run, when: 'now' | 'epochEnd' = 'now'): Run {
    if (run.status === 'queued') {
      this.store.runs.update(run.id, { status: 'stopped', finishedAt: now(), pid: null })
      this.setWaiting(this.waiting.filter((id) => id !== run.id))
      return this.changed(run.id)
    }
    if (run.status !== 'running' && run.status !== 'paused')
      throw new NNOptError('conflict', `run '${run.id}' is already ${run.status}`)
    if (when === 'epochEnd' && run.status === 'running') return this.wish(run, 'stopAtEpochEnd')
    if (this.active?.runId === run.id && this.active.asked === 'stop') this.active.job.kill()
    return this.wish(run, 'stop')
  }

  readonly owns = (runId: string): boolean =>
    this.active?.runId === runId || this.waiting.includes(runId) || this.starting === runId

  order(): readonly string[] {
    return this.waiting
  }

  move(run: Run, before?: Run): readonly string[] {
    if (!this.waiting.includes(run.id))
      throw new NNOptError('conflict', `run '${run.id}' is ${run.status}: expected a queued run`)
    if (before && !this.waiting.includes(before.id))
      throw new NNOptError('conflict', `run '${before.id}' is ${before.status}: expected a queued run`)
    const others = this.waiting.filter((id) => id !== run.id)
    const at = before && before.id !== run.id ? others.indexOf(before.id) : others.length
    this.setWaiting(before?.id === run.id ? this.waiting : [...others.slice(0, at), run.id, ...others.slice(at)])
    return this.waiting
  }

  private setWaiting(order: readonly string[]): void {
    this.waiting = order
    this.hub.publish({ kind: 'queue.changed', order })
  }

  async close(): Promise<void> {
    this.closed = true
    this.active?.job.kill()
    await this.idle
  }

  private wish(run: Run, wish: Wish): Run {
    this.store.runs.update(run.id, { wish })
    this.obey()
    return this.changed(run.id)
  }

  /** The wish lies in the store, so that another process can stop a run of this one. */
  private readonly obey = (): void => {
    if (!this.active) return
    const wish = this.store.runs.wish(this.active.runId)
    if (wish === this.active.asked) return
    this.active.asked = wish
    this.active.job.ask(wish)
  }

  private enqueue(runId: string): Run {
    this.setWaiting([...this.waiting, runId])
    const run = this.changed(runId)
    this.next()
    return run
  }

  private next(): void {
    if (this.active || this.closed) return
    const [runId, ...rest] = this.waiting
    if (runId === undefined) return
    this.setWaiting(rest)
    const run = this.store.runs.find(runId)
    if (run?.status === 'queued') this.idle = this.work(run)
    else this.next()
  }

  private async work(run: Run): Promise<void> {
    const runId = run.id
    this.starting = runId
    const poll = setInterval(this.obey, wishPollMs)
    try {
      const job = spawnJob({
        workspace: this.store.paths.root,
        runId,
        environment: await environmentOf(run.recipe),
        onMessage: (message) => this.onMessage(runId, message),
      })
      this.active = { runId, job, asked: 'run' }
      this.store.runs.update(runId, { status: 'running', startedAt: run.startedAt ?? now(), pid: job.pid ?? null })
      this.changed(runId)
      const outcome = await job.ended
      const wasClosed = this.closed && outcome.status === 'crashed'
      this.store.runs.update(runId, {
        status: wasClosed ? 'stopped' : outcome.status,
        error: 'error' in outcome && !wasClosed ? outcome.error : null,
        finishedAt: now(),
        pid: null,
        progress: null,
      })
    } finally {
      clearInterval(poll)
      this.active = undefined
      this.starting = undefined
    }
    this.changed(runId)
    this.next()
  }

  private onMessage(runId: string, message: JobMessage): void {
    if (message.kind === 'progress') this.hub.publish({ kind: 'run.progress', runId, progress: message.progress })
    if (message.kind === 'metrics') this.hub.publish({ kind: 'run.metrics', runId, metrics: message.metrics })
    if (message.kind === 'log') this.hub.publish({ kind: 'run.log', runId, level: message.level, text: message.text })
    if (message.kind === 'versions') this.hub.publish({ kind: 'versions.changed' })
    if (message.kind === 'datasets') this.hub.publish({ kind: 'datasets.changed' })
    if (message.kind === 'changed') this.changed(runId)
  }

  private changed(runId: string): Run {
    const run = this.store.runs.find(runId) as Run
    this.hub.publish({ kind: 'run.changed', run })
    return run
  }
}

/** Variables that must be there when the process starts: those of the backends that its steps train on. */
async function environmentOf({ steps: entries }: Recipe): Promise<Readonly<Record<string, string>>> {
  const [{ steps }, { environmentFor }] = await Promise.all([import('./steps/index'), import('../backends')])
  const training = entries.filter((entry) => steps.get(entry.step).usesBackend(paramsOf(entry)))
  return Object.assign({}, ...training.map(({ backend = 'auto' }) => environmentFor(String(backend))))
}

const bootedAt = (): number => Date.now() - uptime() * 1000

/** Whether the process that a run names can still be working on it. */
export const isAbandoned = ({ status, pid, startedAt, createdAt }: Run): boolean =>
  (status === 'queued' || status === 'running' || status === 'paused') &&
  (pid === null || !isAlive(pid) || Date.parse(startedAt ?? createdAt) < bootedAt())

/** Marks runs whose process is gone: they can be resumed. */
export function closeAbandonedRuns(store: Store, isOwn: (runId: string) => boolean = () => false): readonly Run[] {
  const abandoned = store.runs.list(['queued', 'running', 'paused']).filter((run) => !isOwn(run.id) && isAbandoned(run))
  for (const run of abandoned) {
    const message = `the program executing run '${run.id}' ended; resume it with 'nnopt resume ${run.id}'`
    store.runs.update(run.id, {
      status: 'crashed',
      error: { code: 'crashed', message },
      finishedAt: now(),
      pid: null,
      progress: null,
    })
  }
  return abandoned
}
