import type { ParsedParamsOf } from '../../shared/contract'
import type { Recipe } from '../../shared/types'

/** Procedures that start a run of one step. */
export const startedRecipes = {
  'versions.import': ({ name, ...params }: ParsedParamsOf<'versions.import'>): Recipe => ({
    name: `import ${name}`,
    steps: [{ step: 'import', name, ...params }],
  }),
  'datasets.add': ({ name, ...params }: ParsedParamsOf<'datasets.add'>): Recipe => ({
    name: `add ${name}`,
    steps: [{ step: 'dataset-add', name, ...params }],
  }),
}
