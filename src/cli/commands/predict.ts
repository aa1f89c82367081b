import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { NNOptError } from '../../shared/errors'
import type { Classification } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { exitCodes } from '../exitCodes'
import { percent } from '../output/format'
import { table } from '../output/table'

interface Options extends GlobalOptions {
  readonly top: string
  readonly tuned?: boolean
}

interface Answer {
  readonly file: string
  readonly top: Classification['top']
}

interface Failure {
  readonly file: string
  readonly error: string
}

export const predict = (command: Command): Command =>
  command
    .argument('<version>', 'id or unique name')
    .argument('<files...>', 'JPEG, PNG or WebP images')
    .option('--top <classes>', 'number of classes to print per image', '1')
    .option('--tuned', 'use the lowest-latency configuration found by nnopt tune')
    .action((reference: string, files: readonly string[], { top, tuned = false, ...options }: Options) =>
      withCli(options, async (cli) => {
        const { version } = await cli.client.call('versions.get', { version: reference })
        const results: (Answer | Failure)[] = []
        for (const [index, file] of files.entries()) {
          cli.progress.show({
            label: `classifying with ${version.name}`,
            done: index,
            total: files.length,
            unit: 'images',
          })
          results.push(await answerOrFailure(cli, file, { version: version.id, top: classCount(top), tuned }))
        }
        cli.progress.end()
        // Readable images have been classified; the exit code tells scripts that some could not be.
        if (results.some((result) => 'error' in result)) process.exitCode = exitCodes.failed
        cli.print({ version: version.id, results }, () => resultsTable(results))
      }),
    )

function classCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 20) return count
  throw new NNOptError('wrongCall', `--top: expected a whole number from 1 to 20, got '${text}'`)
}

interface Question {
  readonly version: string
  readonly top: number
  readonly tuned: boolean
}

async function answerOrFailure(cli: Cli, file: string, question: Question): Promise<Answer | Failure> {
  try {
    return { file, top: await classify(cli, await readPicture(file), question) }
  } catch (error) {
    if (error instanceof NNOptError && error.code === 'badInput') return { file, error: error.message }
    throw error
  }
}

async function readPicture(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new NNOptError(
      'badInput',
      `'${file}' cannot be read: expected a JPEG, PNG or WebP image; check the path`,
      { path: file },
      { cause },
    )
  }
}

/** The inference process is restarted after a crash; an image that crashes it every time is given up. */
const attempts = 3

async function classify(
  { client }: Cli,
  image: Uint8Array,
  { version, top, tuned }: Question,
): Promise<Classification['top']> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [answer] = await client.call('versions.classify', { versions: [version], image, top, tuned, runs: 1 })
      return answer!.top
    } catch (error) {
      if (!(error instanceof NNOptError) || error.code !== 'crashed' || attempt === attempts) throw error
    }
  }
}

const resultsTable = (results: readonly (Answer | Failure)[]): string =>
  table(
    ['image', 'class', 'probability'],
    results.flatMap((result) =>
      'error' in result
        ? [[result.file, `error: ${result.error}`, '–']]
        : result.top.map(({ name, probability }) => [result.file, name, percent(probability)]),
    ),
  )
