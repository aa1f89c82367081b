import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'
import { banned, floors } from '../../scripts/floors.mjs'
import { atLeast } from '../../src/shared/atLeast'

const root = join(import.meta.dirname, '../..')
const core = join(root, 'src/core')

const problems = async (folder: string, specifier: string): Promise<readonly (string | null)[]> => {
  const [result] = atLeast(
    1,
    await new ESLint({ cwd: root }).lintText(`export * from '${specifier}'\n`, {
      filePath: join(core, folder, 'inner/file.ts'),
    }),
  )
  return result.messages.map(({ ruleId }) => ruleId)
}

describe('the floors of core', () => {
  it('name every folder of src/core once', () => {
    const folders = readdirSync(core, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(floors.flat().sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  it('ban every import upwards or on the same floor, and no other', () => {
    expect(banned.graph).toContain('ops')
    expect(banned.passes).toEqual(expect.arrayContaining(['execute', 'measure', 'onnx', 'train', 'layers']))
    expect(banned.passes).not.toContain('ops')
    expect(banned.prune).toContain('quantize')
  })

  it.each([
    ['graph', '../../ops/index', ['no-restricted-imports']],
    ['prune', '../../quantize/config', ['no-restricted-imports']],
    ['execute', '../../../node/host', ['no-restricted-imports']],
    ['train', '../../execute/executor', []],
    ['quantize', '../layers', []],
  ])('hold ESLint in %s for %s', async (folder, specifier, expected) => {
    expect(await problems(folder, specifier)).toEqual(expected)
  })
})
