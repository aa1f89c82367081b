import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import { openStore } from '../../src/node/store'
import { commitVersion } from '../../src/node/store/commitVersion'
import type { DatasetDetails, DoctorFinding, Run, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('repair')
const original = join(folder, 'original')
let count = 0

const dataset = (name: string): DatasetDetails => ({
  name,
  source: { format: 'image-folder', path: '/images' },
  classes: ['a', 'b'],
  counts: { train: 1, val: 0, test: 1 },
  perClass: {},
  hash: name,
  seed: 0,
  problems: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  facts: {
    storage: 'folder',
    sizeBytes: 1,
    imageSize: { minWidth: 8, maxWidth: 8, minHeight: 8, maxHeight: 8 },
    pixels: { mean: [0, 0, 0], std: [1, 1, 1] },
    skipped: 0,
    warnings: [],
  },
})

/** 20 versions, 3 datasets and 5 runs, as this program leaves them. */
beforeAll(async () => {
  const store = await openStore(original)
  for (let index = 0; index < 20; index++)
    await commitVersion(
      store,
      {
        name: `v${index}`,
        origin: 'imported',
        precision: 'fp32',
        parentId: null,
        runId: null,
        architecture: 'tiny',
        inputSize: { height: 8, width: 8 },
        classes: [],
        classCount: 2,
        trainable: false,
        step: { step: 'import' },
        warnings: [],
      },
      new Map([['model.onnx', Uint8Array.of(index)]]),
    )
  for (const name of ['one', 'two', 'three']) {
    mkdirSync(store.paths.dataset(name))
    await store.datasets.put({ ...dataset(name), folder: store.paths.dataset(name) })
  }
  for (let index = 0; index < 5; index++) {
    const id = `r-${index}`
    mkdirSync(join(store.paths.run(id), 'step-1', 'checkpoints'), { recursive: true })
    writeFileSync(join(store.paths.run(id), 'step-1', 'checkpoints', 'step-000000001.safetensors'), 'weights')
    await store.runs.insert({
      id,
      name: id,
      recipe: { name: id, steps: [{ step: 'import' }] },
      createdAt: '2026-01-01T00:00:00.000Z',
      pid: null,
    })
    await store.runs.update(id, { status: index === 0 ? 'stopped' : 'done', finishedAt: '2026-01-02T00:00:00.000Z' })
  }
  await store.close()
  await (await createHost({ workspace: original, watch: false })).close()
})

const copy = (): string => {
  const workspace = join(folder, String(count++))
  cpSync(original, workspace, { recursive: true })
  return workspace
}

const list = async <T>(workspace: string, ...args: string[]): Promise<readonly T[]> =>
  (await cli([...args, '--json'], { workspace })).json as readonly T[]

const files = (root: string): readonly string[] =>
  (readdirSync(root, { recursive: true }) as string[]).filter((name) => !name.startsWith('.presence')).sort()

const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['deleted', (file) => rmSync(file)],
  ['emptied', (file) => truncateSync(file)],
  ['truncated', (file) => truncateSync(file, 10_000)],
  ['zeroed', (file) => writeFileSync(file, Buffer.alloc(statSync(file).size))],
]

describe.each(damages)('a database that was %s', (_, damage) => {
  it.each(['with', 'without'])('is said to be lost, and is rebuilt %s a backup', async (backup) => {
    const workspace = copy()
    if (backup === 'without') rmSync(join(workspace, 'backups'), { recursive: true })
    damage(join(workspace, 'workspace.db'))
    const before = files(workspace)
    const refused = await cli(['versions', '--json'], { workspace })
    expect([refused.code, refused.json]).toEqual([
      1,
      { error: { code: 'storage', message: expect.stringContaining("'nnopt doctor --repair --dry-run'") } },
    ])
    const plan = await cli(['doctor', '--repair', '--dry-run', '--json'], { workspace })
    expect(plan.code).toBe(1)
    expect((plan.json as readonly DoctorFinding[])[0]!.repair).toContain('20 versions, 3 datasets and 5 runs')
    expect(files(workspace)).toEqual(before)
    expect((await cli(['doctor', '--repair', '--json'], { workspace })).code).toBe(0)
    expect((await list<Version>(workspace, 'versions')).map(({ name }) => name).sort()).toHaveLength(20)
    expect((await list<DatasetDetails>(workspace, 'datasets')).map(({ name }) => name)).toEqual(['one', 'three', 'two'])
    const runs = await list<Run>(workspace, 'runs')
    expect(runs.map(({ id, status }) => [id, status]).sort()).toEqual([
      ['r-0', 'stopped'],
      ...['r-1', 'r-2', 'r-3', 'r-4'].map((id) => [id, 'done']),
    ])
    // Nothing is gone: whatever was there is there, or in lost+found.
    for (const name of before.filter((each) => !each.startsWith('workspace.db')))
      expect(existsSync(join(workspace, name)), name).toBe(true)
  })
})

it('a repair sets aside what it cannot place', async () => {
  const workspace = copy()
  writeFileSync(join(workspace, 'versions', readdirSync(join(workspace, 'versions'))[0]!, 'model.onnx'), 'flipped')
  mkdirSync(join(workspace, 'datasets', 'unknown'))
  writeFileSync(join(workspace, 'datasets', 'unknown', 'pixels.rgb'), 'pixels')
  rmSync(join(workspace, 'backups'), { recursive: true })
  rmSync(join(workspace, 'workspace.db'))
  expect((await cli(['doctor', '--repair', '--json'], { workspace })).code).toBe(0)
  expect(await list<Version>(workspace, 'versions')).toHaveLength(19)
  expect(readFileSync(join(workspace, 'lost+found', 'datasets', 'unknown', 'pixels.rgb'), 'utf8')).toBe('pixels')
  expect(readdirSync(join(workspace, 'lost+found', 'versions'))).toHaveLength(1)
})

it('a backup is restored by one command, and the database before it is kept', async () => {
  const workspace = copy()
  expect((await cli(['rename', 'v0', '--name', 'changed', '--json'], { workspace })).code).toBe(0)
  expect((await cli(['doctor', '--restore-backup', '--json'], { workspace })).code).toBe(0)
  expect((await list<Version>(workspace, 'versions')).map(({ name }) => name)).toContain('v0')
  expect(readdirSync(join(workspace, 'lost+found'))).toContain('workspace.db')
})
