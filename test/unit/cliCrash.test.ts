import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { atLeast } from '../../src/shared/atLeast'
import type { Run, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import type { CliResult } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('crash')
const workspace = join(folder, 'workspace')

async function json<T>(...args: string[]): Promise<T> {
  return (await cli([...args, '--json'], { workspace })).json as T
}

const train = [
  'train',
  '--arch',
  'tiny-cnn',
  '--dataset',
  'colours',
  '--epochs',
  '12',
  '--batch-size',
  '8',
  '--backend',
  'wasm',
  '--seed',
  '3',
]
const weightsOf = async (name: string): Promise<Buffer> =>
  readFileSync(join(workspace, 'versions', (await json<Version>('show', name)).id, 'training.safetensors'))

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'), { perClass: { train: 90, test: 6 } })
  await json('dataset', 'add', 'colours', join(folder, 'images'))
  expect((await cli([...train, '--name', 'whole'], { workspace })).code).toBe(0)
}, 120_000)

/** Never process 0, which would be the tests' own group. */
function signal(pid: number | null | undefined, name: NodeJS.Signals): void {
  if (!pid) throw new Error(`expected a process, got ${String(pid)}`)
  process.kill(pid, name)
}

/** Starts a training and does something to it in its second epoch. */
function interrupted(
  name: string,
  act: (child: { readonly pid?: number | undefined }) => void | Promise<void>,
): Promise<CliResult> {
  let acted = false
  return cli([...train, '--name', name, '--json'], {
    workspace,
    onStderr: (text, child) => {
      if (acted || !/epoch 1: /.test(text)) return
      acted = true
      void act(child)
    },
  })
}

describe('a training', () => {
  it('whose process is killed says so, and goes on to the same weights', async () => {
    const result = await interrupted('killed', async () => {
      const { pid } = (await json<readonly Run[]>('runs')).find(({ status }) => status === 'running')!
      signal(pid, 'SIGKILL')
    })
    expect(result.code).toBe(1)
    const [run] = atLeast(1, await json<readonly Run[]>('runs'))
    expect(result.json).toEqual({
      error: {
        code: 'crashed',
        message: `the process of this run was terminated by SIGKILL; resume it with 'nnopt resume ${run.id}'`,
      },
    })
    expect(run).toMatchObject({ status: 'crashed', resumable: true, pid: null })
    expect((await json<readonly Version[]>('versions')).map(({ name }) => name)).toEqual(['whole'])
    expect(await json<Run>('resume', run.id)).toMatchObject({ status: 'done', id: run.id })
    expect((await weightsOf('killed')).equals(await weightsOf('whole'))).toBe(true)
  }, 120_000)

  it('that is interrupted stops between two steps, and goes on to the same weights', async () => {
    const result = await interrupted('stopped', ({ pid }) => signal(pid, 'SIGINT'))
    const [run] = atLeast(1, await json<readonly Run[]>('runs'))
    expect([result.code, result.json]).toEqual([
      130,
      { error: { code: 'cancelled', message: `stopped on request; resume it with 'nnopt resume ${run.id}'` } },
    ])
    expect(run.status).toBe('stopped')
    expect(await json<Run>('resume', run.id)).toMatchObject({ status: 'done' })
    expect((await weightsOf('stopped')).equals(await weightsOf('whole'))).toBe(true)
  }, 120_000)

  it('ends with the command line that started it, and can be resumed', async () => {
    const result = await interrupted('orphan', ({ pid }) => signal(pid, 'SIGKILL')).catch(() => undefined)
    expect(result).toBeUndefined()
    const [run] = atLeast(1, await json<readonly Run[]>('runs'))
    expect(run.status).toBe('crashed')
    expect(run.error?.message).toBe(
      `the program executing run '${run.id}' ended; resume it with 'nnopt resume ${run.id}'`,
    )
    expect(await json<Run>('resume', run.id)).toMatchObject({ status: 'done' })
  }, 120_000)
})

/** A preload that kills its process at a file-system call on a version's folder. */
function killAt(call: 'fsyncSync' | 'renameSync', when: 'before' | 'after'): string {
  const preload = join(folder, `kill-${when}-${call}.mjs`)
  const original = `original.apply(fs, args)`
  writeFileSync(
    preload,
    `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const original = fs.${call}
const isVersion = (args) => '${call}' === 'fsyncSync' ? process.argv[1].endsWith('job.js') && fs.readlinkSync('/proc/self/fd/' + args[0]).includes('/versions/') : String(args[1]).includes('/versions/v-')
fs.${call} = (...args) => {
  if (!isVersion(args)) return ${original}
  ${when === 'after' ? original : ''}
  process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()
`,
  )
  return `--import=${preload}`
}

describe.skipIf(process.platform !== 'linux')('an import killed', () => {
  const points: readonly (readonly ['fsyncSync' | 'renameSync', 'before' | 'after', 'partial' | 'complete'])[] = [
    ['fsyncSync', 'before', 'partial'],
    ['renameSync', 'before', 'partial'],
    ['renameSync', 'after', 'complete'],
  ]
  it.each(points)('at %s (%s) leaves no version, and doctor mends the %s folder', async (call, when, left) => {
    const place = join(folder, `import-${call}-${when}`)
    const model = writeTinyModel(join(folder, 'tiny.onnx'))
    const result = await cli(['import', model, '--name', 'tiny', '--json'], {
      workspace: place,
      environment: { NODE_OPTIONS: killAt(call, when) },
    })
    expect([result.code, result.json]).toEqual([
      1,
      {
        error: {
          code: 'crashed',
          message: expect.stringMatching(
            /^the process of this run was terminated by SIGKILL; resume it with 'nnopt resume r-/,
          ),
        },
      },
    ])
    expect((await cli(['versions', '--json'], { workspace: place })).json).toEqual([])
    const [name] = atLeast(1, readdirSync(join(place, 'versions')))
    expect(name.startsWith('.partial-')).toBe(left === 'partial')
    expect((await cli(['doctor', '--json'], { workspace: place })).code).toBe(1)
    expect((await cli(['doctor', '--repair', '--json'], { workspace: place })).code).toBe(0)
    const versions = (await cli(['versions', '--json'], { workspace: place })).json as readonly Version[]
    expect(versions.map((version) => version.name)).toEqual(left === 'complete' ? ['tiny'] : [])
    expect(existsSync(join(place, 'versions', name))).toBe(left === 'complete')
  })
})

it('two programs write to one workspace at once', async () => {
  const model = writeTinyModel(join(folder, 'tiny.onnx'))
  const place = join(folder, 'shared')
  const names = ['a', 'b', 'c']
  const results = await Promise.all(
    names.map((name) => cli(['import', model, '--name', name, '--json'], { workspace: place })),
  )
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
  const versions = (await cli(['versions', '--json'], { workspace: place })).json as readonly Version[]
  expect(versions.map(({ name }) => name).sort()).toEqual(names)
})
