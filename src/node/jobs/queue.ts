import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatRecipe } from '../../core/recipe/document'
import { parseRecipe } from '../../core/recipe/parseRecipe'
import { NNOptError, assert, toErrorReport } from '../../shared/errors'
import { isPrintable } from '../../shared/printable'
import type { HostEvent, Recipe, Run } from '../../shared/types'
import type { EventHub } from '../handlers/events'
import type { Store } from '../store'
import { replaceFile } from '../store/durable'
import { writeRunFacts } from '../store/facts'
import { createId } from '../store/ids'
import { storageError } from '../store/storageError'
import type { RunChange } from '../store/tables/runs'
import type { Wish } from './control'
import { EndRecorder } from './endRecorder'
import { environmentOf } from './environment'
import type { JobMessage } from './messages'
import { spawnJob } from './spawnJob'
import type { JobEnd, JobHandle } from './spawnJob'

export interface JobQueue {
  /** Checks the whole recipe, then queues it. */
  start(recipe: Recipe): Promise<Run>
  resume(run: Run): Promise<Run>
  pause(run: Run): Promise<Run>
  /** Asks it to stop, at once or at the end of its epoch; asked again to stop at once, ends its process. */
  stop(run: Run, when?: 'now' | 'epochEnd'): Promise<Run>
  /** Ids of the runs that wait, the next one first. */
  order(): readonly string[]
  /** Puts a waiting run before another, or last. */
  move(run: Run, before?: Run): readonly string[]
  /** Whether a run works or waits in this queue, or its end is still to be recorded. */
  owns(runId: string): boolean
  /** Ends the job that runs and takes back those that wait; all of them can be resumed. */
  close(): Promise<void>
}

const wishPollMs = 500
const now = (): string => new Date().toISOString()

/** One run after the other; other hosts of the same workspace have queues of their own. Whatever goes wrong with a run is that run's end, never the queue's. */
export function createQueue(store: Store, hub: EventHub, patienceMs?: number): JobQueue {
  return new Queue(store, hub, patienceMs)
}

class Queue implements JobQueue {
  private waiting: readonly string[] = []
  /** Taken from those that wait; its process may not be there yet. */
  private current: string | undefined
  private active: { readonly runId: string; readonly job: JobHandle; asked: Wish } | undefined
  private readonly ends: EndRecorder
  private closed = false
  private idle: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: Store,
    private readonly hub: EventHub,
    patienceMs: number | undefined,
  ) {
    const [changed, complain] = [this.changed.bind(this), this.complain.bind(this)]
    this.ends = new EndRecorder({ store, patienceMs, changed, complain })
  }

  /** What a run says of whose queue it is in. */
  private get owner(): { readonly owner: string; readonly pid: number } {
    assert(this.store.presence !== null, () => 'a queue needs a workspace that is open for work')
    return { owner: this.store.presence, pid: process.pid }
  }

  async start(recipe: Recipe): Promise<Run> {
    const { steps } = await import('./steps/index')
    parseRecipe(recipe, steps)
    assertPrintableName(recipe)
    const id = createId('r')
    const folder = this.store.paths.run(id)
    try {
      mkdirSync(folder)
      replaceFile(join(folder, 'recipe.yaml'), new TextEncoder().encode(formatRecipe(recipe)))
      await this.store.runs.insert({ id, name: recipe.name, recipe, createdAt: now(), ...this.owner })
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
    return this.enqueue(id)
  }

  async resume(run: Run): Promise<Run> {
    if (run.status === 'paused') return this.wish(run, 'run')
    if (!run.resumable)
      throw new NNOptError(
        'conflict',
        `run '${run.id}' is ${run.status}: expected a paused, stopped, failed or crashed run`,
      )
    if (!(await this.store.runs.claim(run.id, this.owner)))
      throw new NNOptError('conflict', `run '${run.id}' was resumed by another program meanwhile`)
    return this.enqueue(run.id)
  }

  async pause(run: Run): Promise<Run> {
    if (run.status !== 'running')
      throw new NNOptError('conflict', `run '${run.id}' is ${run.status}: expected a running run`)
    return this.wish(run, 'pause')
  }

  async stop(run: Run, when: 'now' | 'epochEnd' = 'now'): Promise<Run> {
    if (run.status === 'queued' && this.current !== run.id) {
      this.setWaiting(this.waiting.filter((id) => id !== run.id))
      await this.store.runs.update(run.id, { status: 'stopped', finishedAt: now(), pid: null })
      return this.changed(run.id)
    }
    if (run.status !== 'queued' && run.status !== 'running' && run.status !== 'paused')
      throw new NNOptError('conflict', `run '${run.id}' is already ${run.status}`)
    if (when === 'epochEnd' && run.status === 'running') return this.wish(run, 'stopAtEpochEnd')
    if (this.active?.runId === run.id && this.active.asked === 'stop') this.active.job.kill()
    return this.wish(run, 'stop')
  }

  readonly owns = (runId: string): boolean =>
    this.current === runId || this.waiting.includes(runId) || this.ends.holds(runId)

  order(): readonly string[] {
    return this.waiting
  }

  move(run: Run, before?: Run): readonly string[] {
    for (const each of [run, ...(before ? [before] : [])])
      if (!this.waiting.includes(each.id))
        throw new NNOptError('conflict', `run '${each.id}' is ${each.status}: expected a queued run`)
    if (before?.id === run.id) return this.waiting
    const others = this.waiting.filter((id) => id !== run.id)
    const at = before ? others.indexOf(before.id) : others.length
    this.setWaiting([...others.slice(0, at), run.id, ...others.slice(at)])
    return this.waiting
  }

  async close(): Promise<void> {
    this.closed = true
    for (const id of this.waiting) {
      const run = await this.store.runs.find(id)
      if (run) await this.stop(run)
    }
    this.active?.job.kill()
    await this.idle
    await this.ends.settle()
  }

  private setWaiting(order: readonly string[]): void {
    this.waiting = order
    this.hub.publish({ kind: 'queue.changed', order })
  }

  private async wish(run: Run, wish: Wish): Promise<Run> {
    await this.store.runs.update(run.id, { wish })
    await this.obey()
    return this.changed(run.id)
  }

  /** The wish lies in the store, so that another process can stop a run of this one. */
  private async obey(): Promise<void> {
    const { active } = this
    if (!active) return
    const wish = await this.store.runs.wish(active.runId)
    if (wish === active.asked) return
    active.asked = wish
    active.job.ask(wish)
  }

  private async enqueue(runId: string): Promise<Run> {
    this.setWaiting([...this.waiting, runId])
    const run = await this.changed(runId)
    // Says that it is not over: what an earlier attempt left there no longer holds.
    writeRunFacts(this.store.paths, run)
    this.next()
    return run
  }

  private next(): void {
    const [runId, ...rest] = this.waiting
    if (this.current !== undefined || this.closed || runId === undefined) return
    this.current = runId
    this.setWaiting(rest)
    this.idle = this.work(runId)
  }

  private async work(runId: string): Promise<void> {
    const end = await this.endOf(runId)
    if (end) await this.record(runId, end)
    this.current = undefined
    this.next()
  }

  /** How a run ended, also when it could not even start; undefined for one that was stopped while it waited. */
  private async endOf(runId: string): Promise<JobEnd | undefined> {
    const poll = setInterval(() => void this.obey().catch((error: unknown) => this.complain(runId, error)), wishPollMs)
    try {
      const run = await this.store.runs.find(runId)
      return run?.status === 'queued' ? await this.runJob(run) : undefined
    } catch (error) {
      return { status: 'failed', error: toErrorReport(storageError(error, this.store.paths.root)) }
    } finally {
      clearInterval(poll)
      this.active = undefined
    }
  }

  private async runJob(run: Run): Promise<JobEnd> {
    const environment = await environmentOf(run.recipe)
    await this.store.runs.update(run.id, { status: 'running', startedAt: run.startedAt ?? now() })
    const job = spawnJob({
      workspace: this.store.paths.root,
      runId: run.id,
      environment,
      onMessage: (message) => this.onMessage(run.id, message),
    })
    this.active = { runId: run.id, job, asked: 'run' }
    if (this.closed) job.kill()
    try {
      await this.store.runs.update(run.id, { pid: job.pid ?? null })
      await this.changed(run.id)
      return await job.ended
    } finally {
      job.kill()
    }
  }

  private async record(runId: string, end: JobEnd): Promise<void> {
    const wasClosed = this.closed && end.status === 'crashed'
    const change: RunChange = {
      status: wasClosed ? 'stopped' : end.status,
      error: 'error' in end && !wasClosed ? end.error : null,
      finishedAt: now(),
      pid: null,
      progress: null,
    }
    await this.ends.record(runId, change)
  }

  private onMessage(runId: string, message: JobMessage): void {
    const event = eventOf(runId, message)
    if (event) this.hub.publish(event)
    if (message.kind === 'changed') this.changed(runId).catch((error: unknown) => this.complain(runId, error))
  }

  private async changed(runId: string): Promise<Run> {
    const run = await this.store.runs.find(runId)
    assert(run, () => `run '${runId}' is not in the database`)
    this.hub.publish({ kind: 'run.changed', run })
    return run
  }

  /** The run goes on; whoever watches it is told. */
  private complain(runId: string, error: unknown): void {
    const { message } = toErrorReport(storageError(error, this.store.paths.root))
    this.hub.publish({ kind: 'run.log', runId, level: 'error', text: message })
  }
}

function assertPrintableName({ name }: Recipe): void {
  if (!isPrintable(name))
    throw new NNOptError('wrongCall', `recipe '${name}': expected a name without control characters`)
}

/** What those who watch hear of a job's message. */
function eventOf(runId: string, message: JobMessage): HostEvent | undefined {
  switch (message.kind) {
    case 'progress':
      return { kind: 'run.progress', runId, progress: message.progress }
    case 'metrics':
      return { kind: 'run.metrics', runId, after: message.after, metrics: message.metrics }
    case 'log':
      return { kind: 'run.log', runId, level: message.level, text: message.text }
    case 'versions':
      return { kind: 'versions.changed' }
    case 'datasets':
      return { kind: 'datasets.changed' }
    default:
      return undefined
  }
}
