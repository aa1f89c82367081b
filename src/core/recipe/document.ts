import { parse as readYaml, stringify, YAMLParseError } from 'yaml'
import { NNOptError } from '../../shared/errors'
import { sentence, tryParse } from '../../shared/parse'
import type { FieldProblem } from '../../shared/parse'
import { recipe as recipeSchema } from '../../shared/types'
import type { Recipe } from '../../shared/types'
import { atScale } from './scales'

/** A recipe from YAML (JSON is YAML too), as it was written. Throws `badInput` naming the file and the field or line. */
export function readRecipe(text: string, fileName?: string, scale?: string): Recipe {
  const where = fileName === undefined ? 'recipe' : `recipe '${fileName}'`
  const parsed = tryParse(recipeSchema, atScale(yamlOf(text, where), where, scale))
  if (parsed.ok) return parsed.value
  const [place, problems] = inItsStep(where, parsed.problems)
  throw new NNOptError('badInput', `${sentence(place, problems)}; expected 'name' and a list 'steps', each with 'step'`)
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

/** People count steps from 1. */
function inItsStep(where: string, problems: readonly FieldProblem[]): readonly [string, readonly FieldProblem[]] {
  const [, index, field = ''] = /^steps\[(\d+)\]\.?(.*)$/.exec(problems[0]?.field ?? '') ?? []
  if (index === undefined || problems[0] === undefined) return [where, problems]
  return [`${where}, step ${Number(index) + 1}`, [{ ...problems[0], field }]]
}
