import { performance } from 'node:perf_hooks'
import { parseRecipe } from '../../core/recipe/parseRecipe'
import type { Registry } from '../../shared/registry'
import { NNOptError, toErrorReport } from '../../shared/errors'
import type { Run, StepResult } from '../../shared/types'
import type { Store } from '../store'
import { isFull, storageError } from '../store/storageError'
import { createContext } from './context'
import type { RunControl } from './control'
import { claimMachine } from '../locks/machineLock'
import type { JobMessage, JobOutcome } from './messages'
import type { ReadyStep, Step } from './step'
import { assertRoom, withRoom } from './stepRoom'
import type { RoomParts } from './stepRoom'

export interface RecipeRun {
  readonly store: Store
  readonly run: Run
  readonly steps: Registry<Step>
  readonly control: RunControl
  readonly send: (message: JobMessage) => void
}

/** Runs the steps of a recipe that are not finished yet, and keeps the result of each as soon as it is there. */
export async function runRecipe(parts: RecipeRun): Promise<JobOutcome> {
  const { store, run, control } = parts
  let results = run.results
  try {
    const steps = parseRecipe(run.recipe, parts.steps)
    for (const [index, step] of [...steps.entries()].slice(results.length)) {
      await control.resumed()
      if (control.signal.aborted) return { status: 'stopped' }
      await assertRoom(store, step)
      results = [...results, await withRoom(roomParts(parts), () => runStep(parts, step, index, results))]
      const made = results
      await withRoom(roomParts(parts), () => store.runs.update(run.id, { results: made }))
      control.epochEnded()
      for (const kind of ['changed', 'versions', 'datasets'] as const) parts.send({ kind })
    }
    return { status: 'done' }
  } catch (error) {
    if (control.signal.aborted && isCancellation(error)) return { status: 'stopped' }
    return { status: 'failed', error: toErrorReport(storageError(error, store.paths.root)) }
  }
}

/** Whoever watches is told in any case; a full disk may not take the status. */
const roomParts = ({ store, control, send }: RecipeRun): RoomParts => ({
  store,
  control,
  pause: async (paused, progress) => {
    send({ kind: 'log', level: 'warning', text: progress.label })
    send({ kind: 'progress', progress })
    await control.onPause(paused).catch((error: unknown) => {
      if (!isFull(error)) throw error
    })
  },
})

/** Long enough for a step that is about to end; a training of hours holds nobody up. */
const measurementPatienceMs = 20_000

const isCancellation = (error: unknown): boolean =>
  (error instanceof NNOptError && error.code === 'cancelled') || (error instanceof Error && error.name === 'AbortError')

async function runStep(
  { store, run, control, send }: RecipeRun,
  { kind, run: work }: ReadyStep,
  stepIndex: number,
  results: readonly StepResult[],
): Promise<StepResult> {
  const attempt = new AbortController()
  const signal = AbortSignal.any([control.signal, attempt.signal])
  const context = createContext({ store, run, stepIndex, results, control, signal, send })
  const release = await claimMachine(kind.exclusive ? 'exclusive' : 'shared', {
    signal: control.signal,
    ...(kind.exclusive && { patienceMs: measurementPatienceMs }),
    onGiveUp: () =>
      context.step.warn(
        'measured while this program was doing other work: results are slower and less certain than on an idle machine',
      ),
    onWait: () =>
      context.step.progress({
        label: kind.exclusive ? 'waiting for other runs to finish' : 'waiting for a benchmark to finish',
        done: 0,
      }),
  })
  const startedAt = performance.now()
  const working = work(context.step)
  try {
    const output = await Promise.race([working, context.failed])
    return { ...output, warnings: context.warnings, seconds: (performance.now() - startedAt) / 1000 }
  } catch (error) {
    // Nothing of this attempt is at work when the next one begins.
    attempt.abort()
    await working.catch(() => undefined)
    throw error
  } finally {
    await context.flush()
    release()
  }
}
