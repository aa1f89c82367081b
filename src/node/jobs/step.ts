import type { z } from 'zod'
import type { StepKind } from '../../core/recipe/recipe'
import type { Metric, Progress, Version } from '../../shared/types'
import type { Store } from '../store'

/** What a person asked of a run; a step looks at it wherever it can stop. */
export interface StepControl {
  /** Aborts when the run is to stop; a step that can keep its work does so and returns `stopped`. */
  readonly signal: AbortSignal
  /** Resolves at once, or when a pause ends. */
  resumed(): Promise<void>
}

export interface StepContext extends StepControl {
  readonly store: Store
  readonly runId: string
  readonly stepIndex: number
  /** For checkpoints and other files that a resumed step finds again. */
  readonly folder: string
  progress(progress: Progress): void
  metric(metric: Pick<Metric, 'kind' | 'position' | 'values'>): void
  log(text: string): void
  /** Shown to the person and kept with the run. */
  warn(text: string): void
  /** A version by id, unique name or `$step`. */
  version(reference: string): Promise<Version>
}

export interface StepOutput {
  readonly versionId?: string
  readonly output?: Readonly<Record<string, unknown>>
}

/** A kind of recipe step. Modules of steps load nothing heavy until they run: the host reads their schemas. */
export interface Step extends StepKind {
  readonly label: string
  /** Measurements that nothing else may disturb. */
  readonly exclusive: boolean
  /** Whether it trains with these parameters, so that its process starts with the environment that the backends ask for. */
  usesBackend(params: Readonly<Record<string, unknown>>): boolean
  run(context: StepContext, params: unknown): Promise<StepOutput>
}

interface StepDefinition<S extends z.ZodType> {
  readonly id: string
  readonly label: string
  readonly params: S
  readonly exclusive?: boolean
  readonly usesBackend?: boolean | ((params: Readonly<Record<string, unknown>>) => boolean)
  check?(params: z.output<S>): void
  run(context: StepContext, params: z.output<S>): Promise<StepOutput>
}

export function defineStep<S extends z.ZodType>(definition: StepDefinition<S>): Step {
  const { usesBackend = false } = definition
  return {
    exclusive: false,
    ...definition,
    usesBackend: typeof usesBackend === 'function' ? usesBackend : () => usesBackend,
    kind: 'step',
    check: (params) => definition.check?.(definition.params.parse(params)),
    run: async (context, params) => definition.run(context, definition.params.parse(params)),
  }
}
