import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program'
import { baselineFile, sampleArchive } from '../../src/node/bundled'
import { cli } from '../helpers/cli'
import { repositoryRoot } from '../helpers/repositoryRoot'
import { commandsIn, documents } from '../helpers/docCommands'
import type { DocCommand } from '../helpers/docCommands'
import { temporaryFolder } from '../helpers/temporary'

const all = documents().flatMap((file) => commandsIn(file, 'nnopt'))
const named = ({ file, line, words }: DocCommand): string => `${file}:${line}: nnopt ${words.join(' ')}`

/** Parses a command with the CLI's own definition, without running it. Throws what the CLI would say. */
async function parse({ words, isWhole }: DocCommand): Promise<readonly string[]> {
  const program = await createProgram(words[0])
  const command = program.commands.find((each) => each.name() === words[0])
  if (!command) throw new Error(`unknown command '${words[0]}'`)
  const isGroup = command.commands.length > 0
  const leaf = isGroup ? command.commands.find((each) => each.name() === words[1]) : command
  if (!leaf) throw new Error(`unknown command '${words.slice(0, 2).join(' ')}'`)
  if (!isWhole) return leaf.parseOptions(words.slice(isGroup ? 2 : 1) as string[]).unknown
  leaf.action(() => undefined)
  await program.parseAsync(words as string[], { from: 'user' })
  return []
}

describe('commands in the documents', () => {
  it('are found', () => {
    expect(all.filter(({ isWhole }) => isWhole).length).toBeGreaterThan(15)
    expect(all.filter(({ isWhole }) => !isWhole).length).toBeGreaterThan(15)
  })

  it.each(all.map((command) => ({ name: named(command), command })))('$name', async ({ command }) => {
    expect(await parse(command)).toEqual([])
  })

  it('an unknown flag fails, in an example and in a mention', async () => {
    const wrong = { file: 'x.md', line: 1, words: ['evaluate', 'mine', '--dataset', 'd', '--speed'] }
    await expect(parse({ ...wrong, isWhole: true })).rejects.toThrow(/unknown option '--speed'/)
    expect(await parse({ ...wrong, isWhole: false })).toEqual(['--speed'])
  })

  it('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { scripts: object }
    const wanted = documents().flatMap((file) =>
      commandsIn(file, 'npm run').map(({ words }) => words.filter((word) => !word.startsWith('-'))[1] ?? ''),
    )
    expect(wanted.length).toBeGreaterThan(5)
    expect(wanted.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe('the quick commands of the README', () => {
  const workspace = temporaryFolder('doc-commands')
  const stands: Readonly<Record<string, readonly string[]>> = {
    'cifar10-train.tar.gz': [sampleArchive()],
    'cifar10-test.tar.gz': [],
    'model.onnx': [baselineFile()],
    'report.html': [join(workspace, 'report.html')],
    imagenet: ['cifar'],
  }
  const quick = commandsIn('README.md', 'nnopt').filter(
    ({ words, isWhole }) =>
      (isWhole && ['dataset', 'import', 'report'].includes(words[0] ?? '')) || words.join(' ') === 'doctor',
  )

  it('run on the bundled sample', { timeout: 180_000 }, async () => {
    expect(quick.map(({ words }) => words[0])).toEqual(['dataset', 'import', 'report', 'doctor'])
    for (const command of quick) {
      const { code, stderr } = await cli(
        command.words.flatMap((word) => stands[word] ?? [word]),
        { workspace },
      )
      expect(code, `${named(command)}\n${stderr}`).toBe(0)
    }
  })
})
