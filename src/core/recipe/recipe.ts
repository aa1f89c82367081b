import { parse, stringify, YAMLParseError } from 'yaml'
import type { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { Registry } from '../../shared/registry'
import { recipe as recipeSchema } from '../../shared/types'
import type { Recipe, RecipeStep } from '../../shared/types'
import { atScale } from './scales'

/** What a recipe needs to know of a kind of step. */
export interface StepKind {
  readonly kind: 'step'
  readonly id: string
  readonly params: z.ZodType
  /** Throws where parameters that each may be do not go together; `details.field` of the error names the one to change. */
  check?(params: unknown): void
}

const place = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : String(part)))
    .join('.')
    .replaceAll('.[', '[')

/** A recipe from YAML (JSON is YAML too). Throws `badInput` naming the file and the field or line. */
export function parseRecipe(text: string, fileName: string, scale?: string): Recipe {
  const parsed = recipeSchema.safeParse(atScale(parseYaml(text, fileName), fileName, scale))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new NNOptError(
    'badInput',
    `recipe '${fileName}': field '${place(issue?.path ?? [])}': ${issue?.message ?? 'invalid'}; expected 'name' and a list 'steps', each with 'step'`,
  )
}

function parseYaml(text: string, fileName: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    if (cause instanceof YAMLParseError)
      throw new NNOptError('badInput', `recipe '${fileName}' is not YAML: ${cause.message.split('\n')[0]}`, undefined, {
        cause,
      })
    throw cause
  }
}

export const formatRecipe = (recipe: Recipe): string => stringify(recipe)

/** The parameters of a step, without its kind and name. */
export function paramsOf({ step: _step, id: _id, ...params }: RecipeStep): Readonly<Record<string, unknown>> {
  return params
}

/** The output of an earlier step: `$<id>`, or `$previous`. */
const reference = /^\$([a-z][a-z0-9-]*)$/i
export const previousStep = 'previous'

export const referenceIn = (value: string): string | undefined => reference.exec(value)?.[1]

/** Throws before anything runs when a step is unknown (lists the known ones), a parameter is wrong, or a `$reference` names no earlier step. */
export function checkRecipe(recipe: Recipe, steps: Pick<Registry<StepKind>, 'get'>): void {
  const earlier = new Set<string>()
  recipe.steps.forEach((step, index) => {
    const where = `recipe '${recipe.name}', step ${index + 1} (${step.step})`
    const parsed = steps.get(step.step).params.safeParse(paramsOf(step))
    if (!parsed.success) throw wrongParams(where, parsed.error)
    for (const name of referencesIn(paramsOf(step))) {
      if (!earlier.has(name) && !(name === previousStep && index > 0))
        throw new NNOptError(
          'wrongCall',
          `${where}: '$${name}' does not name an earlier step: expected one of ${[...earlier, ...(index > 0 ? [previousStep] : [])].map((known) => `$${known}`).join(', ') || 'none, because it is the first'}`,
        )
    }
    if (step.id !== undefined && earlier.has(step.id))
      throw new NNOptError('wrongCall', `${where}: the id '${step.id}' is used twice`)
    if (step.id !== undefined) earlier.add(step.id)
  })
}

function wrongParams(where: string, error: z.ZodError): NNOptError {
  const issue = error.issues[0]
  const field = place(issue?.path ?? [])
  return new NNOptError(
    'wrongCall',
    field ? `${where}: '${field}': ${issue?.message ?? 'invalid'}` : `${where}: ${issue?.message ?? 'invalid'}`,
  )
}

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
