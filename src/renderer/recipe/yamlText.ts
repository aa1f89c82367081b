import { parse, stringify } from 'yaml'
import { tryParse } from '../../shared/parse'
import { recipeSentence } from '../../shared/recipeSentence'
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
  const parsed = tryParse(recipeSchema, value)
  return parsed.ok ? { draft: parsed.value } : { problem: recipeSentence('recipe', parsed.problems) }
}

/** The value of a field that can only be written as YAML; throws with the reason. */
export const parseValue = (text: string): unknown => (text.trim() === '' ? undefined : parse(text))
export const formatValue = (value: unknown): string =>
  value === undefined
    ? ''
    : stringify(value, { flowCollectionPadding: true, collectionStyle: 'flow', lineWidth: 0 }).trim()
