import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli } from '../helpers/cli'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('cli-launcher')

it('help and version are no failures', async () => {
  expect(await cli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('quantize') })
  expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  expect(await cli(['train', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--learning-rate') })
})

it('the launcher of the package starts the same program', () => {
  const launcher = join(import.meta.dirname, '..', '..', 'bin', 'nnopt.mjs')
  const { status, stdout } = spawnSync(
    process.execPath,
    [launcher, 'versions', '--json', '--workspace', join(folder, 'launched')],
    { encoding: 'utf8' },
  )
  expect([status, stdout]).toEqual([0, '[]\n'])
})

it('the options may come first, and the folder is made', async () => {
  const made = join(folder, 'made', 'deep')
  mkdirSync(join(folder, 'made'))
  expect((await cli(['--workspace', made, '--json', 'versions'])).stdout).toBe('[]\n')
  expect(existsSync(join(made, 'workspace.db'))).toBe(true)
})
