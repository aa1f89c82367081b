import { parse as readYaml, stringify, YAMLParseError } from 'yaml'
import { NNOptError } from '../../shared/errors'
import { tryParse } from '../../shared/parse'
import { recipeSentence } from '../../shared/recipeSentence'
import { recipe as recipeSchema } from '../../shared/types'
import type { Recipe } from '../../shared/types'
import { atScale } from './scales'

/** A recipe from YAML (JSON is YAML too), as it was written. Throws `badInput` naming the file and the field or line. */
export function readRecipe(text: string, fileName?: string, scale?: string): Recipe {
  const where = fileName === undefined ? 'recipe' : `recipe '${fileName}'`
  const parsed = tryParse(recipeSchema, atScale(yamlOf(text, where), where, scale))
  if (parsed.ok) return parsed.value
  throw new NNOptError(
    'badInput',
    `${recipeSentence(where, parsed.problems)}; expected 'name' and a list 'steps', each with 'step'`,
  )
}

export const formatRecipe = (recipe: Recipe): string => stringify(recipe)

function yamlOf(text: string, where: string): unknown {
  try {
    return readYaml(text)
  } catch (cause) {
    if (cause instanceof YAMLParseError)
      throw new NNOptError('badInput', `${where} is not YAML: ${cause.message.split('\n')[0]}`, undefined, { cause })
    throw cause
  }
}
