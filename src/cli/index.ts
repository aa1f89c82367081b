import { Command, CommanderError } from 'commander'
import { NNOptError, toErrorReport } from '../shared/errors'
import { commands } from './commands/index'
import type { CommandEntry } from './commands/index'
import { exitCodeOf, exitCodes } from './exitCodes'

/** Adds the flags that every command has. */
function withGlobalOptions(command: Command): Command {
  const leaves = command.commands.length > 0 ? command.commands : [command]
  for (const leaf of leaves)
    leaf
      .option('--workspace <dir>', 'workspace folder (default: $NNOPT_WORKSPACE or ~/NNOpt)')
      .option('--json', 'print one JSON document on stdout')
  return command
}

async function createProgram(called: string | undefined): Promise<Command> {
  const program = new Command('nnopt').description(
    'Shrink image classifiers: train or import, prune, quantize to int8, measure on the CPU, compare, export.',
  )
  for (const entry of commands) await addCommand(program, entry, entry.name === called)
  program.action(() => {
    if (called === undefined) return program.outputHelp()
    throw new NNOptError(
      'wrongCall',
      `unknown command '${called}': expected one of ${commands.map(({ name }) => name).join(', ')}`,
    )
  })
  return program
}

async function addCommand(program: Command, { name, summary, load }: CommandEntry, isCalled: boolean): Promise<void> {
  const command = program.command(name).description(summary)
  if (isCalled) withGlobalOptions((await load())(command))
  for (const each of [command, ...command.commands]) {
    each
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
  }
}

/** Moves the command to the front: `nnopt --json versions` means `nnopt versions --json`. */
function commandFirst(args: readonly string[]): {
  readonly called: string | undefined
  readonly ordered: readonly string[]
} {
  const at = args.findIndex((argument) => commands.some(({ name }) => name === argument))
  if (at < 0) return { called: args.find((argument) => !argument.startsWith('-')), ordered: args }
  return { called: args[at], ordered: [args[at]!, ...args.slice(0, at), ...args.slice(at + 1)] }
}

/** Commander's message without its prefix. */
const wording = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .trim()

function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    return reportFailure(new NNOptError('wrongCall', `${wording(error.message)}; see 'nnopt --help'`), json)
  }
  const { code, message } = toErrorReport(error)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
  else process.stderr.write(`error: ${message}\n`)
  if (code === 'internal' && process.env.NNOPT_DEBUG === '1')
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`)
  return exitCodeOf(code)
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { called, ordered } = commandFirst(args)
    const program = await createProgram(called)
    program
      .exitOverride()
      .configureOutput({ outputError: () => undefined })
      .allowExcessArguments()
      .allowUnknownOption()
      .version((await import('../node/programVersion')).programVersion())
    await program.parseAsync(ordered, { from: 'user' })
  } catch (error) {
    process.exitCode = reportFailure(error, args.includes('--json'))
  }
}

// 'nnopt versions | head' closes the pipe, which is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

await main(process.argv.slice(2))
