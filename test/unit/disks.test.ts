import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { compileFaultyDisk, faultEnvironment } from '../helpers/faultyDisk'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('disks')
const images = join(folder, 'images')
const model = join(folder, 'tiny.onnx')
const shim = compileFaultyDisk(folder)
const mounted: string[] = []

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** A disk of its own for a workspace. */
function disk(name: string, megabytes: number): string {
  const place = join(folder, name)
  mkdirSync(place)
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', place))
    throw new Error(`'${place}' cannot be mounted`)
  mounted.push(place)
  return join(place, 'workspace')
}

const canMount = ((): boolean => {
  const place = join(folder, 'probe')
  mkdirSync(place)
  return run('mount', '-t', 'tmpfs', 'none', place) && run('umount', place)
})()

afterAll(() => mounted.forEach((place) => run('umount', '-l', place)))

async function json<T>(workspace: string, ...args: string[]): Promise<T> {
  return (await cli([...args, '--json'], { workspace })).json as T
}

const training = ['train', '--arch', 'tiny-cnn', '--dataset', 'colours', '--epochs', '12', '--batch-size', '8']
const train = [...training, '--backend', 'wasm', '--seed', '3', '--json']

const weights = async (workspace: string, name: string): Promise<Buffer> =>
  readFileSync(join(workspace, 'versions', (await json<Version>(workspace, 'show', name)).id, 'training.safetensors'))

beforeAll(async () => {
  await writeImageFolder(images, { perClass: { train: 90, test: 6 } })
  writeTinyModel(model)
})

describe.skipIf(!canMount)('a disk (needs the right to mount)', () => {
  it('that is full pauses a training, which goes on when there is room, to the same weights', async () => {
    const workspace = disk('full', 24)
    await json(workspace, 'dataset', 'add', 'colours', images)
    expect((await cli([...train, '--name', 'whole'], { workspace })).code).toBe(0)
    const ballast = join(workspace, '..', 'ballast')
    let state: 'filling' | 'full' | 'free' = 'filling'
    const result = await cli([...train, '--name', 'paused'], {
      workspace,
      onStderr: (text) => {
        if (state === 'filling' && text.includes('epoch 1: ')) {
          state = 'full'
          // All that is left, whatever it is.
          run('sh', '-c', `cat /dev/zero > '${ballast}'`)
        }
        if (state === 'full' && text.includes('paused: the disk is full; the run goes on when there is room')) {
          state = 'free'
          rmSync(ballast)
        }
      },
    })
    expect([result.code, state]).toEqual([0, 'free'])
    expect((await weights(workspace, 'paused')).equals(await weights(workspace, 'whole'))).toBe(true)
  })

  it('that is too small is said to be before the job', async () => {
    const workspace = disk('small', 4)
    const large = writeTinyModel(join(folder, 'large.onnx'), { channels: 256 })
    const { code, json: document } = await cli(['import', large, '--name', 'large', '--json'], { workspace })
    expect([code, document]).toEqual([
      1,
      {
        error: {
          code: 'storage',
          message: expect.stringMatching(/the disk is full: step 'import' needs about \d+ MB, [\d.]+ MB are free/),
        },
      },
    ])
    expect(readdirSync(join(workspace, 'versions'))).toEqual([])
  })

  it('that is read-only can be read: versions, show, compare, doctor, export to another place', async () => {
    const workspace = disk('read-only', 32)
    for (const name of ['one', 'two']) await json(workspace, 'import', model, '--name', name)
    expect(run('mount', '-o', 'remount,ro', join(workspace, '..'))).toBe(true)
    expect((await json<readonly Version[]>(workspace, 'versions')).map(({ name }) => name).sort()).toEqual([
      'one',
      'two',
    ])
    expect(await json(workspace, 'show', 'one')).toMatchObject({ name: 'one' })
    const out = join(folder, 'exported.onnx')
    const exported = await cli(['export', 'one', '--out', out, '--json'], { workspace })
    expect([exported.code, exported.stderr]).toEqual([0, expect.stringContaining('is read-only')])
    expect(existsSync(out)).toBe(true)
    const refused = await cli(['rename', 'one', '--name', 'other', '--json'], { workspace })
    expect([refused.code, refused.json]).toEqual([
      1,
      {
        error: {
          code: 'storage',
          message: expect.stringMatching(/^workspace '.*': it is read-only: its versions can be/),
        },
      },
    ])
    expect(await json(workspace, 'import', model, '--name', 'three')).toMatchObject({ error: { code: 'storage' } })
    expect(run('mount', '-o', 'remount,rw', join(workspace, '..'))).toBe(true)
  })

  it('that is taken away during a training ends it with one sentence', async () => {
    const workspace = disk('vanished', 32)
    await json(workspace, 'dataset', 'add', 'colours', images)
    let isGone = false
    const { code, json: document } = await cli([...train, '--name', 'lost'], {
      workspace,
      onStderr: (text) => {
        if (!isGone && text.includes('epoch 1: ')) isGone = run('umount', '-l', join(workspace, '..'))
      },
    })
    expect([isGone, code, document]).toEqual([
      true,
      1,
      {
        error: {
          code: 'storage',
          message: expect.stringMatching(/^workspace '.*': its disk is not connected any more: connect it again/),
        },
      },
    ])
  })
})

describe.skipIf(shim === undefined)('a failing disk (needs gcc)', () => {
  it('ends an import with one sentence, and leaves nothing half-written', async () => {
    const workspace = join(folder, 'failing')
    await json(workspace, 'versions')
    const environment = faultEnvironment(shim ?? '', { path: join(workspace, 'versions'), at: 1 })
    const result = await cli(['import', model, '--name', 'lost', '--json'], { workspace, environment })
    expect([result.code, result.json]).toEqual([
      1,
      { error: { code: 'storage', message: expect.stringContaining(`workspace '${workspace}': the disk failed`) } },
    ])
    expect(readdirSync(join(workspace, 'versions'))).toEqual([])
    expect((await json<Run[]>(workspace, 'runs'))[0]?.status).toBe('failed')
    expect((await cli(['import', model, '--name', 'kept', '--json'], { workspace })).code).toBe(0)
  })

  it('that is slow is waited for', async () => {
    const workspace = join(folder, 'slow')
    const environment = faultEnvironment(shim ?? '', { path: workspace, at: 1, delayMs: 20 })
    expect((await cli(['import', model, '--name', 'slow', '--json'], { workspace, environment })).code).toBe(0)
  })
})
