import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { readRecipe } from '../../core/recipe/document'
import { NNOptError } from '../../shared/errors'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { printRun } from '../runText'

interface Options extends GlobalOptions {
  readonly scale?: string
}

export const run = (command: Command): Command =>
  command
    .argument('<recipe>', 'YAML file')
    .option('--scale <name>', 'one of the scales defined in the recipe (default: the first)')
    .action((file: string, { scale, ...options }: Options) => {
      const recipe = readRecipe(readText(file), file, scale)
      return withCli(options, async (cli) => printRun(cli, await execute(cli, recipe)))
    })

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new NNOptError(
      'badInput',
      `recipe '${file}' cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      { cause },
    )
  }
}
