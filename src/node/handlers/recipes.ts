import type { Handlers } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import type { Recipe, RecipeProblem } from '../../shared/types'
import { resolveDataset, resolveVersion } from '../store/resolve'
import type { HostParts } from './parts'

/** Fields that name something of the workspace. */
const versionFields = ['from', 'version', 'versions', 'weightsFrom', 'teacher'] as const

export const recipeHandlers = ({ store }: HostParts): Pick<Handlers, 'recipes.check'> => ({
  'recipes.check': async ({ recipe }) => {
    const [{ steps }, { recipeProblems }, { estimateRecipe }] = await Promise.all([import('../jobs/steps/index'), import('../../core/recipe/problems'), import('./estimate/estimate')])
    const problems = [...recipeProblems(recipe, steps), ...missingNames({ store }, recipe)]
    return { problems, steps: await estimateRecipe({ store, steps }, recipe) }
  },
})

/** Versions and data sets that are not there. */
function missingNames({ store }: Pick<HostParts, 'store'>, { steps }: Recipe): readonly RecipeProblem[] {
  return steps.flatMap((entry, step) => {
    const versions = versionFields.flatMap((field) => [entry[field]].flat().filter((name): name is string => typeof name === 'string' && name !== '' && !name.startsWith('$')).map((name) => ({ field, look: () => resolveVersion(store, name) })))
    const dataset = typeof entry.dataset === 'string' && entry.dataset !== '' ? [{ field: 'dataset', look: () => resolveDataset(store, String(entry.dataset)) }] : []
    return [...versions, ...dataset].flatMap(({ field, look }) => {
      try {
        look()
        return []
      } catch (error) {
        if (error instanceof NNOptError) return [{ step, field, message: error.message }]
        throw error
      }
    })
  })
}
