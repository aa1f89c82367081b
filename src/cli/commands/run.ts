import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { parseRecipe } from '../../core/recipe/recipe'
import { NNOptError } from '../../shared/errors'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { printRun } from '../runText'

export const run = (command: Command): Command =>
  command.argument('<recipe>', 'YAML file').action((file: string, options: GlobalOptions) => {
    const recipe = parseRecipe(readText(file), file)
    return withCli(options, async (cli) => printRun(cli, await execute(cli, recipe)))
  })

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new NNOptError('badInput', `recipe '${file}' cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, undefined, { cause })
  }
}
