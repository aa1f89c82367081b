import { NNOptError } from '../../shared/errors'
import type { Registry } from '../../shared/registry'
import type { Recipe, RecipeProblem } from '../../shared/types'
import { paramsOf, previousStep, referencesIn } from './recipe'
import type { StepKind } from './recipe'

const fieldOf = (path: readonly PropertyKey[]): string => path.map(String).join('.')

/** What of valid parameters does not go together. */
function conflicts(kind: StepKind, params: unknown): readonly Omit<RecipeProblem, 'step'>[] {
  try {
    kind.check?.(params)
    return []
  } catch (error) {
    if (error instanceof NNOptError) return [{ field: String(error.details?.field ?? ''), message: error.message }]
    throw error
  }
}

/** Everything that is wrong with a recipe, each with its step and its field, for a form that shows them in place. */
export function recipeProblems({ steps: entries }: Recipe, steps: Registry<StepKind>): readonly RecipeProblem[] {
  const earlier = new Set<string>()
  return entries.flatMap((entry, index): readonly RecipeProblem[] => {
    if (!steps.has(entry.step))
      return [
        {
          step: index,
          field: 'step',
          message: `unknown step '${entry.step}': expected one of ${steps.ids.join(', ')}`,
        },
      ]
    const params = paramsOf(entry)
    const parsed = steps.get(entry.step).params.safeParse(params)
    const wrong = parsed.success
      ? conflicts(steps.get(entry.step), params).map((problem) => ({ step: index, ...problem }))
      : parsed.error.issues.map(({ path, message }) => ({ step: index, field: fieldOf(path), message }))
    const dangling = Object.entries(params).flatMap(([field, value]) =>
      referencesIn(value)
        .filter((name) => !earlier.has(name) && !(name === previousStep && index > 0))
        .map((name) => ({
          step: index,
          field,
          message: `'$${name}' does not name an earlier step: expected ${[...earlier, ...(index > 0 ? [previousStep] : [])].map((known) => `$${known}`).join(', ') || 'a version, because this is the first step'}`,
        })),
    )
    const twice =
      entry.id !== undefined && earlier.has(entry.id)
        ? [{ step: index, field: 'id', message: `the id '${entry.id}' is used twice` }]
        : []
    if (entry.id !== undefined) earlier.add(entry.id)
    return [...wrong, ...dangling, ...twice]
  })
}
