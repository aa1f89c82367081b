import { appendFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { referencedStep, referenceIn } from '../../core/recipe/references'
import { NNOptError } from '../../shared/errors'
import type { Progress, Run, StepResult, Version } from '../../shared/types'
import type { Store } from '../store'
import { resolveVersion } from '../store/resolve'
import { assertUnchanged } from '../store/verify'
import { createBackgroundWrites } from './backgroundWrites'
import type { RunControl } from './control'
import type { JobMessage } from './messages'
import { createMetricsBuffer, throttle } from './metricsBuffer'
import type { StepContext } from './step'

export interface RunContext {
  readonly step: StepContext
  readonly warnings: readonly string[]
  /** Rejects when metrics or progress cannot be written. */
  readonly failed: Promise<never>
  /** Writes what is still buffered. */
  flush(): Promise<void>
}

export interface ContextParts {
  readonly store: Store
  readonly run: Run
  readonly stepIndex: number
  readonly results: readonly StepResult[]
  readonly control: RunControl
  /** Ends this attempt at the step. */
  readonly signal: AbortSignal
  readonly send: (message: JobMessage) => void
}

const progressEveryMs = 100
const storedProgressEveryMs = 1000

export function createContext({ store, run, stepIndex, results, control, signal, send }: ContextParts): RunContext {
  const folder = join(store.paths.run(run.id), `step-${stepIndex + 1}`)
  if (!existsSync(folder)) mkdirSync(folder)
  const warnings: string[] = []
  const writes = createBackgroundWrites()
  const metrics = createMetricsBuffer((batch) =>
    writes.add(store.metrics.append(batch).then((written) => send({ kind: 'metrics', ...written }))),
  )
  const live = throttle((progress: Progress) => send({ kind: 'progress', progress }), progressEveryMs)
  const stored = throttle(
    (progress: Progress) => writes.add(store.runs.update(run.id, { progress })),
    storedProgressEveryMs,
  )
  const log = (level: 'info' | 'warning', text: string): void => {
    const line = `${new Date().toISOString()} ${level === 'warning' ? 'warning: ' : ''}${text}\n`
    // A disk that takes no line ends the step, wherever the line comes from.
    writes.add((async () => appendFileSync(logFile(store, run.id), line))())
    send({ kind: 'log', level, text })
  }
  const step: StepContext = {
    store,
    runId: run.id,
    stepIndex,
    folder,
    signal,
    resumed: control.resumed,
    progress: (progress) => (live(progress), stored(progress)),
    metric: (metric) => {
      metrics.add({ ...metric, runId: run.id, stepIndex, at: new Date().toISOString() })
      if (metric.kind === 'epoch') control.epochEnded()
    },
    log: (text) => log('info', text),
    warn: (text) => (warnings.push(text), log('warning', text)),
    version: async (reference) => {
      const version = await findVersion(store, run, stepIndex, results, reference)
      await assertUnchanged(store, version)
      return version
    },
  }
  const flush = (): Promise<void> => {
    metrics.flush()
    live.flush()
    stored.flush()
    return writes.settled()
  }
  return { step, warnings, failed: writes.failed, flush }
}

export const logFile = (store: Store, runId: string): string => join(store.paths.run(runId), 'log.txt')

async function findVersion(
  store: Store,
  run: Run,
  stepIndex: number,
  results: readonly StepResult[],
  reference: string,
): Promise<Version> {
  const name = referenceIn(reference)
  if (name === undefined) return resolveVersion(store, reference)
  const index = referencedStep(run.recipe, name, stepIndex)
  const versionId = results[index]?.versionId
  if (versionId === undefined)
    throw new NNOptError(
      'wrongCall',
      `'${reference}': step ${index + 1} (${run.recipe.steps[index]!.step}) does not make a version`,
    )
  return resolveVersion(store, versionId)
}
