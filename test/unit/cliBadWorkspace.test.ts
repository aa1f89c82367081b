import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { engineFile } from '../../src/node/engineFile'
import { cli } from '../helpers/cli'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('bad-workspace')
const file = (name: string): string => join(folder, name)

const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(file(name), bytes)
  return file(name)
}

writeTinyModel(file('tiny.onnx'))

describe('a workspace that cannot be used', () => {
  it('was written by a newer version of the program', async () => {
    const newer = file('newer')
    await cli(['versions'], { workspace: newer })
    const database = new DatabaseSync(join(newer, 'workspace.db'))
    database.exec('PRAGMA user_version = 7')
    database.close()
    const { code, json } = await cli(['versions', '--json'], { workspace: newer })
    expect([code, json]).toEqual([
      1,
      {
        error: {
          code: 'schemaTooNew',
          message: expect.stringMatching(
            /workspace\.db': expected schema \d+ or older, got 7: it was written by a newer version of the program/,
          ),
        },
      },
    ])
  })

  it('is a file', async () => {
    const { code, json } = await cli(['versions', '--json'], { workspace: write('a-file', '') })
    expect([code, json]).toEqual([
      1,
      {
        error: {
          code: 'storage',
          message: expect.stringMatching(
            /a-file': it, or a part of its path, is a file: choose another workspace folder \(--workspace DIR\)/,
          ),
        },
      },
    ])
  })

  it.runIf(process.platform === 'linux')('lies where nothing can be made', async () => {
    const { code, json } = await cli(['versions', '--json'], { workspace: '/proc/nnopt' })
    expect([code, json]).toEqual([1, { error: { code: 'storage', message: expect.stringMatching(/\/proc\/nnopt/) } }])
  })

  const canMount = spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0
  it.skipIf(!canMount)('is full', () => {
    const full = file('full')
    mkdirSync(full)
    writeTinyModel(file('large.onnx'), { channels: 512 })
    const call = [
      process.execPath,
      engineFile('cli'),
      'import',
      file('large.onnx'),
      '--name',
      'large',
      '--json',
      '--workspace',
      full,
    ]
    const script = `mount -t tmpfs -o size=8m none '${full}' && "$@"; status=$?; ls -A '${full}/versions'; exit $status`
    const { status, stdout } = spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', ...call], {
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    // Nothing after the document: the folder of versions is empty.
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'storage',
        message: expect.stringMatching(
          /^workspace '.*full': the disk is full: step 'import' needs about .* MB, .* MB are free: free some space/,
        ),
      },
    })
  })

  /** Root may write everywhere: another user is needed to see a refusal, and only root can become one. */
  const nobody = 65534
  it.skipIf(process.getuid?.() !== 0)('is read-only', async () => {
    const locked = file('locked')
    await cli(['import', file('tiny.onnx'), '--name', 'there'], { workspace: locked })
    for (const path of [folder, locked, join(locked, 'versions')]) chmodSync(path, 0o555)
    for (const name of readdirSync(locked).filter((entry) => entry.startsWith('workspace.db')))
      chmodSync(join(locked, name), 0o444)
    const before = readFileSync(join(locked, 'workspace.db'))
    const { code, json } = await cli(['import', file('tiny.onnx'), '--name', 'more', '--json'], {
      workspace: locked,
      uid: nobody,
    })
    expect([code, json]).toEqual([
      1,
      {
        error: {
          code: 'storage',
          message: expect.stringMatching(/^workspace '.*locked': .*(cannot write|read-only|cannot be opened)/),
        },
      },
    ])
    expect(readFileSync(join(locked, 'workspace.db')).equals(before)).toBe(true)
    chmodSync(folder, 0o755)
    for (const path of [locked, join(locked, 'versions')]) chmodSync(path, 0o755)
  })
})
