import type { ResultOf } from '../../shared/contract'

export type { RecipeProblem, RecipeStep } from '../../shared/types'
export type ResultOfCatalog = ResultOf<'catalog.get'>
