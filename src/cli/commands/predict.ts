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
    .argument('<files...>', 'pictures: jpg, png or webp')
    .option('--top <classes>', 'how many classes a picture gets', '1')
    .option('--tuned', 'in the layout that tuning found fastest for one image')
    .action((reference: string, files: readonly string[], { top, tuned = false, ...options }: Options) =>
      withCli(options, async (cli) => {
        const { version } = await cli.client.call('versions.get', { version: reference })
        const results: (Answer | Failure)[] = []
        for (const [index, file] of files.entries()) {
          cli.progress.show({ label: `asking ${version.name}`, done: index, total: files.length, unit: 'images' })
          results.push(await answerOrFailure(cli, file, { version: version.id, top: classCount(top), tuned }))
        }
        cli.progress.end()
        // The readable pictures have their answers; that some had none is for scripts to see.
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
      `'${file}' cannot be read: expected a jpg, png or webp picture; check the path`,
      { path: file },
      { cause },
    )
  }
}

/** The process that answers is started anew after it ended; a picture that ends it each time is given up. */
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
    ['picture', 'class', 'probability'],
    results.flatMap((result) =>
      'error' in result
        ? [[result.file, `error: ${result.error}`, '–']]
        : result.top.map(({ name, probability }) => [result.file, name, percent(probability)]),
    ),
  )
