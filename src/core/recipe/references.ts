import { NNOptError } from '../../shared/errors'
import type { Recipe, RecipeStep } from '../../shared/types'

/** The parameters of a step as they were written, without its kind and name. */
export function paramsOf({ step: _step, id: _id, ...params }: RecipeStep): Readonly<Record<string, unknown>> {
  return params
}

/** The output of an earlier step: `$<id>`, or `$previous`. */
const reference = /^\$([a-z][a-z0-9-]*)$/i
export const previousStep = 'previous'

export const referenceIn = (value: string): string | undefined => reference.exec(value)?.[1]

export function referencesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [referenceIn(value) ?? []].flat()
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : []
}

/** The position of the step that a reference in step `at` points to. */
export function referencedStep(recipe: Recipe, name: string, at: number): number {
  const index =
    name === previousStep ? at - 1 : recipe.steps.findIndex((step, position) => position < at && step.id === name)
  if (index < 0)
    throw new NNOptError(
      'wrongCall',
      `recipe '${recipe.name}', step ${at + 1}: '$${name}' does not name an earlier step`,
    )
  return index
}
