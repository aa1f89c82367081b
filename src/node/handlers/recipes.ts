import type { Handlers } from '../../shared/contract'
import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Registry } from '../../shared/registry'
import type { StepKind } from '../../core/recipe/parseRecipe'
import { NNOptError } from '../../shared/errors'
import type { Recipe, RecipeProblem } from '../../shared/types'
import { resolveDataset, resolveVersion } from '../store/resolve'
import type { HostParts } from './parts'
import { schemaOf } from './schemaOf'

/** Fields that name an item of the workspace. */
const versionFields = ['from', 'version', 'versions', 'weightsFrom', 'distill'] as const
/** Fields where a name may have another meaning. */
const notVersions: readonly unknown[] = ['parent']

export const recipeHandlers = ({ store }: HostParts): Pick<Handlers, 'recipes.check'> => ({
  'recipes.check': async ({ recipe }) => {
    const [{ steps }, { checkRecipe }, { estimateRecipe }] = await Promise.all([
      import('../jobs/steps/index'),
      import('../../core/recipe/parseRecipe'),
      import('./estimate/estimate'),
    ])
    const problems = [
      ...checkRecipe(recipe, steps).problems,
      ...(await missingNames({ store }, recipe)),
      ...wrongPaths(recipe, steps),
    ]
    return { problems, steps: await estimateRecipe({ store, steps }, recipe) }
  },
})

/** Files that a step would read but that do not exist, and files that it could not write. */
function wrongPaths({ steps: entries }: Recipe, steps: Registry<StepKind>): readonly RecipeProblem[] {
  return entries.flatMap((entry, step) => {
    if (!steps.has(entry.step)) return []
    const properties = (schemaOf(steps.get(entry.step).params).properties ?? {}) as Readonly<
      Record<string, { readonly path?: 'existing' | 'new' | 'text' }>
    >
    return Object.entries(properties).flatMap(([field, { path }]) =>
      path === undefined || path === 'text'
        ? []
        : [entry[field]]
            .flat()
            .filter((name): name is string => typeof name === 'string' && name !== '')
            .flatMap((name) => {
              const message = path === 'existing' ? missing(name) : unwritable(name)
              return message === undefined ? [] : [{ step, field, message }]
            }),
    )
  })
}

const missing = (name: string): string | undefined =>
  existsSync(name) ? undefined : `'${resolve(name)}' does not exist: expected a file or folder on the engine's machine`

function unwritable(name: string): string | undefined {
  const folder = dirname(resolve(name))
  if (!existsSync(folder)) return `folder '${folder}' does not exist: expected an existing folder`
  return existsSync(name) && statSync(name).isDirectory()
    ? `'${resolve(name)}' is a folder: expected a file name`
    : undefined
}

/** Versions and datasets that do not exist. */
async function missingNames({ store }: Pick<HostParts, 'store'>, { steps }: Recipe): Promise<readonly RecipeProblem[]> {
  const named = steps.flatMap((entry, step) => {
    const versions = versionFields.flatMap((field) =>
      [entry[field]]
        .flat()
        .filter(
          (name): name is string =>
            typeof name === 'string' &&
            name !== '' &&
            !name.startsWith('$') &&
            !(field === 'distill' && notVersions.includes(name)),
        )
        .map((name) => ({ field, look: () => resolveVersion(store, name) })),
    )
    const dataset =
      typeof entry.dataset === 'string' && entry.dataset !== ''
        ? [{ field: 'dataset', look: () => resolveDataset(store, String(entry.dataset)) }]
        : []
    return [...versions, ...dataset].map((each) => ({ step, ...each }))
  })
  return (await Promise.all(named.map(problemWith))).flat()
}

interface Named {
  readonly step: number
  readonly field: string
  look(): Promise<unknown>
}

async function problemWith({ step, field, look }: Named): Promise<readonly RecipeProblem[]> {
  try {
    await look()
    return []
  } catch (error) {
    if (error instanceof NNOptError) return [{ step, field, message: error.message }]
    throw error
  }
}
