import '../node/noTelemetry'
import { CommanderError } from 'commander'
import { NNOptError, toErrorReport } from '../shared/errors'
import { commands } from './commands/index'
import { exitCodeOf, exitCodes } from './exitCodes'
import { createProgram } from './program'

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

/** The engine's advice in the words of the command line; the desktop program offers a button there. */
const namingFlag = (message: string): string => message.replace('another workspace folder', '$& (--workspace DIR)')

function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    return reportFailure(new NNOptError('wrongCall', `${wording(error.message)}; see 'nnopt --help'`), json)
  }
  const report = toErrorReport(error)
  const { code } = report
  const message = namingFlag(report.message)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
  else process.stderr.write(`error: ${message}\n`)
  if (code === 'internal' && process.env.NNOPT_DEBUG === '1')
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`)
  return exitCodeOf(code)
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { called, ordered } = commandFirst(args)
    const program = await createProgram(called, args.includes('--help') || args.includes('-h'))
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
