import { checkRecipe } from '../../core/recipe/parseRecipe'
import type { Recipe } from '../../shared/types'

/** Variables that must be there when a job's process starts: those of the backends that its steps train on. */
export async function environmentOf(recipe: Recipe): Promise<Readonly<Record<string, string>>> {
  const [{ steps }, { environmentFor }] = await Promise.all([import('./steps/index'), import('../backends')])
  // What is wrong with a recipe from an older release, its job reports.
  const training = checkRecipe(recipe, steps).steps.flatMap((step) => (step?.usesBackend ? step : []))
  return Object.assign({}, ...training.map(({ fields }) => environmentFor(String(fields.backend))))
}
