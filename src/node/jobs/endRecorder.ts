import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../shared/types'
import type { Store } from '../store'
import { writeRunFacts } from '../store/facts'
import type { RunChange } from '../store/tables/runs'

/** Between two attempts to record how a run ended, and how long closing waits for them. */
const [recordAgainMs, usualPatienceMs] = [1000, 10_000]

export interface EndRecorderParts {
  readonly store: Store
  readonly patienceMs?: number | undefined
  /** Tells those who watch, and returns the run as it is. */
  readonly changed: (runId: string) => Promise<Run>
  readonly complain: (runId: string, error: unknown) => void
}

/** Records how runs ended: tries until it works, while the next run starts already. */
export class EndRecorder {
  private readonly unrecorded = new Map<string, Promise<void>>()
  private readonly impatient = new AbortController()

  constructor(private readonly parts: EndRecorderParts) {}

  /** Whether the end of a run is still to be recorded. */
  holds(runId: string): boolean {
    return this.unrecorded.has(runId)
  }

  async record(runId: string, change: RunChange): Promise<void> {
    // The queue's own until it is recorded: nobody may take it for abandoned meanwhile.
    this.unrecorded.set(runId, Promise.resolve())
    if (!(await this.attempt(runId, change))) this.unrecorded.set(runId, this.later(runId, change))
  }

  /** Resolves when every end is recorded, in the folder of its run where the database takes nothing. */
  async settle(): Promise<void> {
    const patience = setTimeout(() => this.impatient.abort(), this.parts.patienceMs ?? usualPatienceMs)
    await Promise.all(this.unrecorded.values())
    clearTimeout(patience)
  }

  private async later(runId: string, change: RunChange): Promise<void> {
    const { store, complain } = this.parts
    const { signal } = this.impatient
    while (!signal.aborted) {
      await sleep(recordAgainMs, undefined, { signal }).catch(() => undefined)
      if (await this.attempt(runId, change)) return
    }
    // The next program to open the workspace finds it there.
    try {
      const run = await store.runs.find(runId)
      if (run) writeRunFacts(store.paths, { ...run, ...change })
    } catch (error) {
      complain(runId, error)
    }
  }

  private async attempt(runId: string, change: RunChange): Promise<boolean> {
    const { store, changed, complain } = this.parts
    try {
      await store.runs.update(runId, change)
      this.unrecorded.delete(runId)
      writeRunFacts(store.paths, await changed(runId))
      return true
    } catch (error) {
      complain(runId, error)
      return false
    }
  }
}
