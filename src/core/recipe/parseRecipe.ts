import type { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { sentence } from '../../shared/parse'
import type { FieldProblem, Parsed } from '../../shared/parse'
import type { Extension, Registry } from '../../shared/registry'
import type { Recipe, RecipeProblem, RecipeStep } from '../../shared/types'
import { paramsOf, previousStep, referencesIn } from './references'

/** A kind of step as a recipe sees it. `T` is what a step of it becomes: defaults filled in, extensions looked up. */
export interface StepKind<T = unknown> extends Extension {
  readonly kind: 'step'
  /** What may be written: forms, flags and documentation are made from it. */
  readonly params: z.ZodObject
  parse(given: Readonly<Record<string, unknown>>): Parsed<T>
}

export interface CheckedRecipe<T> {
  /** In the order of the recipe; undefined where a step has problems of its own. */
  readonly steps: readonly (T | undefined)[]
  readonly problems: readonly (RecipeProblem & FieldProblem)[]
}

/** Every step of a recipe as what it runs with, and everything that is wrong with the recipe. The form, the command line, remote calls and files all come through here. */
export function checkRecipe<T>({ steps: entries }: Recipe, kinds: Registry<StepKind<T>>): CheckedRecipe<T> {
  const checked = entries.map((entry) => checkStep(entry, kinds))
  return {
    steps: checked.map((step) => (step.ok ? step.value : undefined)),
    problems: entries.flatMap((_, step) => {
      const own = checked[step]
      const problems = [...(own?.ok === false ? own.problems : []), ...misplacedNames(entries, step)]
      return problems.map((problem) => ({ step, ...problem }))
    }),
  }
}

/** The steps of a recipe with nothing wrong with it. Throws `wrongCall`, or `notFound` for an unknown name, with the first problem and its place; `details.problems` has all of them. */
export function parseRecipe<T>(recipe: Recipe, kinds: Registry<StepKind<T>>): readonly T[] {
  const { steps, problems } = checkRecipe(recipe, kinds)
  if (problems.length === 0) return steps.filter((step) => step !== undefined)
  const at = problems[0]?.step ?? 0
  const where = `recipe '${recipe.name}', step ${at + 1} (${recipe.steps[at]?.step})`
  throw new NNOptError(problems[0]?.code ?? 'wrongCall', sentence(where, problems), { problems })
}

function checkStep<T>(entry: RecipeStep, kinds: Registry<StepKind<T>>): Parsed<T> {
  if (kinds.has(entry.step)) return kinds.get(entry.step).parse(paramsOf(entry))
  const message = `unknown step '${entry.step}': expected one of ${kinds.ids.join(', ')}`
  return { ok: false, problems: [{ field: 'step', message, code: 'notFound' }] }
}

/** References to steps that do not come before, and a name that an earlier step has already. */
function misplacedNames(entries: readonly RecipeStep[], at: number): readonly FieldProblem[] {
  const entry = entries[at]
  if (entry === undefined) return []
  const earlier = entries.slice(0, at).flatMap(({ id }) => id ?? [])
  const known = [...earlier, ...(at > 0 ? [previousStep] : [])]
  const expected = known.map((name) => `$${name}`).join(', ') || 'a version, because this is the first step'
  const dangling = Object.entries(paramsOf(entry)).flatMap(([field, value]) =>
    referencesIn(value)
      .filter((name) => !known.includes(name))
      .map((name) => ({ field, message: `'$${name}' does not name an earlier step: expected ${expected}` })),
  )
  const twice = entry.id !== undefined && earlier.includes(entry.id)
  return twice ? [...dangling, { field: 'id', message: `the id '${entry.id}' is used twice` }] : dangling
}
