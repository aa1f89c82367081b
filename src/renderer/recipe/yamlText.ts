import { parse, stringify } from 'yaml'
import { recipe as recipeSchema } from '../../shared/types'
import type { Draft } from './draft'

export const toYaml = ({ name, description, steps }: Draft): string =>
  stringify({ name, ...(description && { description }), steps }, { flowCollectionPadding: true, lineWidth: 100 })

export type Parsed = { readonly draft: Draft } | { readonly problem: string }

/** Parses a recipe, or says what is wrong with the text and where. */
export function fromYaml(text: string): Parsed {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
  }
  const parsed = recipeSchema.safeParse(value)
  if (parsed.success) return { draft: parsed.data }
  const issue = parsed.error.issues[0]
  const place = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `step ${part + 1}` : part === 'steps' ? '' : String(part)))
    .filter(Boolean)
    .join(', ')
  return { problem: place ? `${place}: ${issue?.message ?? ''}` : (issue?.message ?? '') }
}

/** The value of a field that can only be written as YAML; throws with the reason. */
export const parseValue = (text: string): unknown => (text.trim() === '' ? undefined : parse(text))
export const formatValue = (value: unknown): string =>
  value === undefined
    ? ''
    : stringify(value, { flowCollectionPadding: true, collectionStyle: 'flow', lineWidth: 0 }).trim()
