import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import { openLog } from '../../src/node/log/log'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { cli } from '../helpers/cli'
import { temporaryFolder } from '../helpers/temporary'

const workspace = join(temporaryFolder('diagnostics'), 'workspace')
let ended: string

beforeAll(async () => {
  const host = await createHost({ workspace, watch: false })
  const [near, far] = createLinkedPorts()
  host.connect(far)
  const client = createClient(near)
  const recipe = { name: 'secret project', steps: [{ step: 'import', file: '/nowhere.onnx', name: 'secret model' }] }
  ended = (await client.call('runs.start', { recipe })).id
  expect((await client.call('runs.wait', { run: ended })).status).toBe('failed')
  near.close()
  await host.close()
})

describe('diagnostics', () => {
  it('say what a report of a fault needs, and name nobody and nothing', async () => {
    openLog(workspace, 'engine').error('unexpected error', { stack: `at ${homedir()}/models/a.onnx, /home/anna/x` })
    const { stdout, code } = await cli(['diagnostics'], { workspace })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^program: \d/m)
    expect(stdout).toMatch(/^CPU: .* threads/m)
    expect(stdout).toMatch(/^runs: 1 failed$/m)
    expect(stdout).toMatch(/^run that ended .*: \[import\]: badInput$/m)
    expect(stdout).toContain('~/models/a.onnx, /home/<user>/x')
    for (const secret of ['secret', 'anna', homedir() + '/']) expect(stdout).not.toContain(secret)
  })
})

describe('nnopt runs rm', () => {
  it('deletes an ended run with its folder, and nothing else', async () => {
    const folder = join(workspace, 'runs', ended)
    expect(existsSync(folder)).toBe(true)
    expect((await cli(['runs', 'rm', 'nothing'], { workspace })).code).not.toBe(0)
    const { json } = await cli(['runs', 'rm', ended, '--json'], { workspace })
    expect(json).toMatchObject([{ id: ended, name: 'secret project' }])
    expect(existsSync(folder)).toBe(false)
    expect((await cli(['runs', '--json'], { workspace })).json).toEqual([])
  })
})

describe('locks that a killed program left', () => {
  it('make no doctor complain', async () => {
    const runtime = temporaryFolder('locks')
    const locks = join(runtime, `nnopt-${process.getuid?.() ?? 'user'}`)
    mkdirSync(join(locks, 'working'), { recursive: true })
    writeFileSync(join(locks, 'machine.lock'), '99999999')
    writeFileSync(join(locks, 'working', 'w-gone.lock'), '')
    const { json, code } = await cli(['doctor', '--json'], { workspace, environment: { XDG_RUNTIME_DIR: runtime } })
    expect(code).toBe(0)
    expect(json).toContainEqual(expect.objectContaining({ check: 'locks', status: 'ok' }))
    expect(existsSync(join(locks, 'machine.lock'))).toBe(false)
  })
})
