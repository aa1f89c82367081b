import type { z } from 'zod'
import type { StepKind } from '../../core/recipe/parseRecipe'
import { tryParse } from '../../shared/parse'
import type { Metric, Progress, StepProduct, Version } from '../../shared/types'
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

/** A step of a recipe that can run: its parameters are parsed, what they name is looked up. */
export interface ReadyStep {
  readonly kind: Step
  /** The parameters with their defaults, by field. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether it trains, so that its process starts with the environment that the backends ask for. */
  readonly usesBackend: boolean
  run(context: StepContext): Promise<StepOutput>
}

/** A kind of recipe step. Modules of steps load nothing heavy until they run: the host reads their schemas. */
export interface Step extends StepKind<ReadyStep> {
  readonly label: string
  readonly help: string
  /** What it adds to the workspace, for later steps to refer to; null where it only measures or writes files. */
  readonly makes: StepProduct | null
  /** What a form calls such a step unless the user does. */
  readonly idHint: string
  /** Measurements that nothing else may disturb. */
  readonly exclusive: boolean
}

type Fields<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>

interface Declaration<S extends z.ZodRawShape> {
  readonly id: string
  readonly label: string
  /** One sentence for forms and documentation. */
  readonly help: string
  readonly makes?: StepProduct
  /** The id when absent. */
  readonly idHint?: string
  readonly params: z.ZodObject<S>
  readonly exclusive?: boolean
  readonly usesBackend?: boolean | ((fields: Fields<S>) => boolean)
}

/** A step that runs with its fields as they are. */
interface PlainDefinition<S extends z.ZodRawShape> extends Declaration<S> {
  readonly resolve?: undefined
  run(context: StepContext, params: Fields<S>): Promise<StepOutput>
}

/** A step whose fields name extensions, or do not all go together. */
interface ResolvedDefinition<S extends z.ZodRawShape, P> extends Declaration<S> {
  /** What the step runs with. Fields that cannot be together are issues of `context`, with the path of the one to change. */
  resolve(fields: Fields<S>, context: z.RefinementCtx): P
  run(context: StepContext, params: P): Promise<StepOutput>
}

export function defineStep<S extends z.ZodRawShape>(definition: PlainDefinition<S>): Step
export function defineStep<S extends z.ZodRawShape, P>(definition: ResolvedDefinition<S, P>): Step
export function defineStep<S extends z.ZodRawShape, P>(
  definition: PlainDefinition<S> | ResolvedDefinition<S, P>,
): Step {
  return definition.resolve === undefined
    ? stepOf(definition, (fields) => fields, definition.run)
    : stepOf(definition, definition.resolve, definition.run)
}

function stepOf<S extends z.ZodRawShape, P>(
  { id, label, help, makes, idHint = id, params, exclusive = false, usesBackend = false }: Declaration<S>,
  resolve: (fields: Fields<S>, context: z.RefinementCtx) => P,
  run: (context: StepContext, params: P) => Promise<StepOutput>,
): Step {
  const strict = params.strict()
  const ready = strict.transform((fields: Fields<S>, context): ReadyStep => {
    const resolved = resolve(fields, context)
    return {
      kind: step,
      fields,
      usesBackend: typeof usesBackend === 'function' ? usesBackend(fields) : usesBackend,
      run: (stepContext) => run(stepContext, resolved),
    }
  })
  const step: Step = {
    kind: 'step',
    id,
    label,
    help,
    makes: makes ?? null,
    idHint,
    params: strict,
    exclusive,
    parse: (given) => tryParse(ready, given),
  }
  return step
}
