import { mayDo } from '../../shared/access'
import type { Caller } from '../../shared/access'
import type { Handlers, ProcedureName } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { procedureRights } from '../../shared/procedureRights'
import type { Recipe, Run } from '../../shared/types'
import { startedRecipes } from '../handlers/startedRecipes'
import { resolveRun } from '../store/resolve'
import type { Store } from '../store'
import { pathRules } from './pathRules'
import type { PathRules, Reach } from './pathRules'
import { assertRestricted, restrictRecipe } from './recipeRules'

export interface Restriction {
  readonly store: Store
  readonly caller: Caller
  /** Looked up at each call: the owner may open and close folders at any time. */
  reach(): Reach
}

/** Handlers that do for a caller only what the rights allow, and with files only what the rules allow. The owner has them as they are. */
export function restrict(handlers: Handlers, restriction: Restriction): Handlers {
  if (restriction.caller.rights === 'own') return handlers
  const bounded: Handlers = { ...handlers, ...boundedHandlers(handlers, restriction) }
  type Handler = (params: never, context: never) => unknown
  const entries = Object.entries(bounded as Readonly<Record<string, Handler>>).map(([name, handler]) => {
    const required = procedureRights[name as ProcedureName]
    return [name, mayDo(restriction.caller, required) ? handler : () => refuse(name, restriction.caller)]
  })
  return Object.fromEntries(entries) as Handlers
}

function refuse(name: string, { rights }: Caller): never {
  throw new NNOptError(
    'forbidden',
    rights === 'look'
      ? `${name}: this token is read-only; ask the owner for another one`
      : `${name}: only the owner of this machine may do this, in the desktop program or with the command line there`,
  )
}

type Bounded = Pick<
  Handlers,
  | 'versions.import'
  | 'versions.export'
  | 'datasets.probe'
  | 'datasets.add'
  | 'report.create'
  | 'runs.start'
  | 'runs.resume'
  | 'recipes.check'
  | 'doctor.check'
  | 'access.get'
>

/** Every procedure that takes a path, a recipe, or mends the workspace. */
function boundedHandlers(handlers: Handlers, restriction: Restriction): Bounded {
  const { store, caller, reach } = restriction
  const rules = (): PathRules => pathRules(reach())
  const restricted = async (recipe: Recipe): Promise<Recipe> => {
    const { steps } = await import('../jobs/steps/index')
    return assertRestricted(recipe, steps, rules())
  }
  const start = async (recipe: Recipe, { signal }: { readonly signal: AbortSignal }): Promise<Run> =>
    handlers['runs.start']({ recipe: await restricted(recipe) }, { signal, emit: () => undefined })
  return {
    'versions.import': (params, context) => start(startedRecipes['versions.import'](params), context),
    'versions.export': ({ out, overwrite, ...params }, context) => {
      const { path, mayReplace } = rules().writable(out)
      return handlers['versions.export']({ ...params, out: path, overwrite: overwrite && mayReplace }, context)
    },
    'datasets.probe': ({ path, ...params }, context) =>
      handlers['datasets.probe']({ ...params, path: rules().readable(path) }, context),
    'datasets.add': (params, context) => start(startedRecipes['datasets.add'](params), context),
    'report.create': ({ out, overwrite, ...params }, context) => {
      if (out === undefined) return handlers['report.create']({ ...params, overwrite }, context)
      const { path, mayReplace } = rules().writable(out)
      return handlers['report.create']({ ...params, out: path, overwrite: overwrite && mayReplace }, context)
    },
    'runs.start': ({ recipe }, context) => start(recipe, context),
    'runs.resume': async ({ run: reference }, context) => {
      const run = await resolveRun(store, reference)
      assertSame(run.id, run.recipe, await restricted(run.recipe))
      return handlers['runs.resume']({ run: run.id }, context)
    },
    'recipes.check': async ({ recipe }, context) => {
      const { steps } = await import('../jobs/steps/index')
      const { recipe: within, problems } = restrictRecipe(recipe, steps, rules())
      // Whether a file out of reach exists is not said.
      return problems.length > 0 ? { problems, steps: [] } : handlers['recipes.check']({ recipe: within }, context)
    },
    'doctor.check': ({ repair, deep }, context) => {
      if (repair) refuse('doctor.check with repair', caller)
      return handlers['doctor.check']({ repair, deep }, context)
    },
    'access.get': () => ({ ...caller, folders: reach().folders }),
  }
}

/** The owner's recipes may overwrite files where a token may not. */
function assertSame(runId: string, asked: Recipe, allowed: Recipe): void {
  const writes = (recipe: Recipe): readonly unknown[] => recipe.steps.map(({ overwrite }) => overwrite ?? true)
  const reaches = asked.steps.some((_, step) => writes(asked)[step] === true && writes(allowed)[step] === false)
  if (reaches)
    throw new NNOptError('forbidden', `run '${runId}' may overwrite files of the owner: only the owner can resume it`)
}
