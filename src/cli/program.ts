import { Command } from 'commander'
import { NNOptError } from '../shared/errors'
import { commands } from './commands/index'
import type { CommandEntry } from './commands/index'
import { describeExtensions } from './extensionsHelp'

/** Adds the flags that every command has. */
function withGlobalOptions(command: Command): Command {
  const leaves = command.commands.length > 0 ? command.commands : [command]
  for (const leaf of leaves)
    leaf
      .option('--workspace <dir>', 'workspace folder (default: $NNOPT_WORKSPACE or ~/NNOpt)')
      .option('--json', 'print one JSON document on stdout')
  return command
}

/** The definition of `nnopt`; only the called command's module is loaded, and the extensions that it can name where it is asked for help. */
export async function createProgram(called: string | undefined, asksForHelp = false): Promise<Command> {
  const program = new Command('nnopt').description(
    'Shrink image classifiers: train or import, prune, quantize to int8, measure on the CPU, compare, export.',
  )
  for (const entry of commands) {
    const command = await addCommand(program, entry, entry.name === called)
    if (asksForHelp && entry.name === called) await describeExtensions(command)
  }
  program.action(() => {
    if (called === undefined) return program.outputHelp()
    throw new NNOptError(
      'wrongCall',
      `unknown command '${called}': expected one of ${commands.map(({ name }) => name).join(', ')}`,
    )
  })
  return program
}

async function addCommand(
  program: Command,
  { name, summary, load }: CommandEntry,
  isCalled: boolean,
): Promise<Command> {
  const command = program.command(name).description(summary)
  if (isCalled) withGlobalOptions((await load())(command))
  for (const each of [command, ...command.commands]) {
    each
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
  }
  return command
}
