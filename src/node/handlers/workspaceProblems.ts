import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { StepKind } from '../../core/recipe/parseRecipe'
import { NNOptError } from '../../shared/errors'
import type { FieldMeta } from '../../shared/fields'
import type { Registry } from '../../shared/registry'
import type { Recipe, RecipeProblem } from '../../shared/types'
import { schemaOf } from '../schemaOf'
import type { Store } from '../store'
import { resolveDataset, resolveVersion } from '../store/resolve'

/** What a recipe names and the workspace or the disk does not have: versions, datasets, files to read and places to write. */
export async function workspaceProblems(
  store: Store,
  recipe: Recipe,
  steps: Registry<StepKind>,
): Promise<readonly RecipeProblem[]> {
  const texts = textsOf(recipe, steps)
  return [...(await missingNames(store, texts)), ...wrongPaths(texts)]
}

/** A property as this looks at it. */
interface Property extends FieldMeta, Schema {
  readonly path?: 'existing' | 'new'
  readonly items?: FieldMeta
}

type Properties = Readonly<Record<string, Property>>

interface Schema {
  readonly properties?: Properties
  /** The forms that a value can have. */
  readonly anyOf?: readonly Schema[]
}

/** The texts in every field of a recipe's steps, each with what the schema says of its field. */
function textsOf({ steps: entries }: Recipe, steps: Registry<StepKind>): readonly FieldText[] {
  return entries.flatMap((entry, step) => {
    if (!steps.has(entry.step)) return []
    const { properties = {} } = schemaOf(steps.get(entry.step).params) as Schema
    return Object.entries(properties).flatMap(([field, property]) =>
      textsIn(entry[field], property).map((text) => ({ step, field, ...text })),
    )
  })
}

/** The texts of a value: itself, those of a list, or those of its parts. */
function textsIn(value: unknown, { items, ...property }: Property): readonly Pick<FieldText, 'text' | 'property'>[] {
  if (typeof value === 'string') return value === '' ? [] : [{ text: value, property }]
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, { ...items, ...property }))
  if (typeof value !== 'object' || value === null) return []
  const parts = partsOf(property)
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, parts[name] ?? {}))
}

/** The fields of an object, in whichever of its forms. */
const partsOf = ({ properties = {}, anyOf = [] }: Schema): Properties =>
  Object.assign({}, properties, ...anyOf.map(partsOf)) as Properties

interface FieldText {
  readonly step: number
  readonly field: string
  readonly text: string
  readonly property: Property
}

/** Files that a step would read and that are not there, and files that it could not write. */
const wrongPaths = (texts: readonly FieldText[]): readonly RecipeProblem[] =>
  texts.flatMap(({ step, field, text, property: { path } }) => {
    const message = path === 'existing' ? missing(text) : path === 'new' ? unwritable(text) : undefined
    return message === undefined ? [] : [{ step, field, message }]
  })

const missing = (name: string): string | undefined =>
  existsSync(name) ? undefined : `'${resolve(name)}' does not exist: expected a file or folder on the engine's machine`

function unwritable(name: string): string | undefined {
  const folder = dirname(resolve(name))
  if (!existsSync(folder)) return `folder '${folder}' does not exist: expected an existing folder`
  return existsSync(name) && statSync(name).isDirectory()
    ? `'${resolve(name)}' is a folder: expected a file name`
    : undefined
}

/** Versions and datasets that are not there. */
async function missingNames(store: Store, texts: readonly FieldText[]): Promise<readonly RecipeProblem[]> {
  const found = texts.map(async ({ step, field, text, property: { names, orElse } }) => {
    if (names === undefined || text.startsWith('$') || orElse?.includes(text)) return []
    const message = await problemWith(store, names, text)
    return message === undefined ? [] : [{ step, field, message }]
  })
  return (await Promise.all(found)).flat()
}

async function problemWith(store: Store, names: 'version' | 'dataset', text: string): Promise<string | undefined> {
  try {
    await (names === 'version' ? resolveVersion(store, text) : resolveDataset(store, text))
    return undefined
  } catch (error) {
    if (error instanceof NNOptError) return error.message
    throw error
  }
}
