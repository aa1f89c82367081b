import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { oneof } from 'fast-check'
import { parse, stringify } from 'yaml'
import { formatRecipe, readRecipe } from '../../../../src/core/recipe/document'
import { parseRecipe } from '../../../../src/core/recipe/parseRecipe'
import { steps } from '../../../../src/node/jobs/steps/index'
import type { FuzzKind } from '../kind'
import { ofText } from '../kind'
import { byteMutations, textMutations, treeMutations } from '../mutations'
import type { Mutation } from '../mutations'

const ofYaml = (mutate: Mutation<unknown>): Mutation<Uint8Array> =>
  ofText((text) => stringify(mutate(parse(text)) ?? null))

export const recipe: FuzzKind = {
  id: 'recipe',
  seeds: async () =>
    readdirSync('recipes')
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name, bytes: readFileSync(join('recipes', name)) })),
  mutations: oneof(byteMutations, textMutations.map(ofText), treeMutations.map(ofYaml)),
  read: ({ name, bytes }) => {
    const read = readRecipe(bytes.toString(), name)
    parseRecipe(read, steps)
    return formatRecipe(read)
  },
}
