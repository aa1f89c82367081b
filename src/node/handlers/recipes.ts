import type { Handlers } from '../../shared/contract'
import type { HostParts } from './parts'
import { workspaceProblems } from './workspaceProblems'

export const recipeHandlers = ({ store }: HostParts): Pick<Handlers, 'recipes.check'> => ({
  'recipes.check': async ({ recipe }) => {
    const [{ steps }, { checkRecipe }, { estimateRecipe }] = await Promise.all([
      import('../jobs/steps/index'),
      import('../../core/recipe/parseRecipe'),
      import('./estimate/estimate'),
    ])
    const problems = [...checkRecipe(recipe, steps).problems, ...(await workspaceProblems(store, recipe, steps))]
    return { problems, steps: await estimateRecipe({ store, steps }, recipe) }
  },
})
