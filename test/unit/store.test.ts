import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { Version } from '../../src/shared/types'
import { openStore } from '../../src/node/store'
import type { Store } from '../../src/node/store'
import { commitVersion } from '../../src/node/store/commitVersion'
import type { VersionDraft } from '../../src/node/store/commitVersion'
import type { FileContent } from '../../src/node/store/durable'
import { createId } from '../../src/node/store/ids'
import { migrate } from '../../src/node/store/tables/migrations'
import { freeName, resolveVersion } from '../../src/node/store/resolve'
import { openDatabase } from '../../src/node/store/tables/sqlite'
import { purgeVersions, removeVersion, restoreVersion } from '../../src/node/store/trash'
import { runDoctor } from '../../src/node/doctor'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('store')
let count = 0
const fresh = (): string => join(folder, String(count++))

const draft = (name: string): VersionDraft => ({
  name,
  origin: 'imported',
  precision: 'fp32',
  parentId: null,
  runId: null,
  architecture: 'tiny',
  inputSize: { height: 8, width: 8 },
  classes: [],
  classCount: 2,
  trainable: true,
  step: { step: 'import' },
  warnings: [],
})
const model = Uint8Array.of(1, 2, 3)
const make = (store: Store, name: string): Promise<Version> =>
  commitVersion(store, draft(name), new Map([['model.onnx', model]]))
/** Of the workspace, not of the machine that the tests run on. */
const ofTheMachine = ['backends', 'disk space', 'locks']
const problems = async (store: Store, repair = false): Promise<readonly string[]> =>
  (await runDoctor(store, repair))
    .filter(({ check, status }) => !ofTheMachine.includes(check) && status !== 'ok')
    .map(({ status, message }) => `${status}: ${message}`)

describe('versions', () => {
  it('are a folder and a row', async () => {
    const store = await openStore(fresh())
    const version = await make(store, 'a')
    expect(readdirSync(store.paths.version(version.id)).sort()).toEqual([
      'metadata.json',
      'metadata.json.sha256',
      'model.onnx',
    ])
    expect(await store.versions.list(false)).toEqual([version])
    expect(version).toMatchObject({
      sizeBytes: 3,
      hash: '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81',
    })
    await store.close()
  })

  it('leave nothing behind when their files cannot be written', async () => {
    const store = await openStore(fresh())
    await expect(
      commitVersion(
        store,
        draft('a'),
        new Map<string, FileContent>([
          ['model.onnx', model],
          ['source.onnx', { copyOf: '/nowhere/at/all' }],
        ]),
      ),
    ).rejects.toThrow(/ENOENT/)
    expect(readdirSync(store.paths.versions)).toEqual([])
    expect(await store.versions.list(false)).toEqual([])
    await store.close()
  })

  it('are found by id and by a name that only one has', async () => {
    const store = await openStore(fresh())
    const [a, b1, b2] = [await make(store, 'mobile'), await make(store, 'twin'), await make(store, 'twin')]
    expect(await resolveVersion(store, a.id)).toEqual(a)
    expect(await resolveVersion(store, 'mobile')).toEqual(a)
    await expect(resolveVersion(store, 'twin')).rejects.toThrow(
      `2 versions are named 'twin': expected one of the ids ${[b2.id, b1.id].sort().reverse().join(', ')}`,
    )
    await expect(resolveVersion(store, 'mobil')).rejects.toThrow("no version named 'mobil': did you mean 'mobile'?")
    expect(await freeName(store, 'twin')).toBe('twin-2')
    await store.close()
  })

  it('go to the trash, come back, and go for good', async () => {
    const store = await openStore(fresh())
    const { id } = await make(store, 'a')
    const removed = await removeVersion(store, await resolveVersion(store, id))
    expect(removed.deletedAt).not.toBeNull()
    expect(existsSync(store.paths.version(id))).toBe(false)
    expect(await store.versions.list(false)).toEqual([])
    await restoreVersion(store, removed)
    expect(existsSync(store.paths.model(id))).toBe(true)
    await removeVersion(store, await resolveVersion(store, id))
    const { removed: gone, freedBytes } = await purgeVersions(store, await store.versions.list(true))
    expect(gone).toEqual([id])
    expect(freedBytes).toBeGreaterThan(3)
    expect([...readdirSync(store.paths.trash), ...(await store.versions.list(true))]).toEqual([])
    await store.close()
  })
})

describe('the database', () => {
  it('is refused when a newer program wrote it', async () => {
    const workspace = fresh()
    await (await openStore(workspace)).close()
    const database = new DatabaseSync(join(workspace, 'workspace.db'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    await expect(openStore(workspace)).rejects.toThrow(
      /expected schema \d+ or older, got 99: it was written by a newer version of the program/,
    )
  })

  it('is copied before each migration, and a failing one changes nothing', async () => {
    const path = join(folder, 'migrating.db')
    const database = openDatabase(path)
    migrate(database, path, ['CREATE TABLE first (a)'])
    expect(existsSync(`${path}.backup-v0`)).toBe(false)
    expect(() => migrate(database, path, ['', 'CREATE TABLE second (a); CREATE TABLE first (a)'])).toThrow(
      /already exists/,
    )
    const tables = () =>
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .map(({ name }) => name)
    expect(tables()).toEqual(['first'])
    migrate(database, path, ['', 'CREATE TABLE second (a)', 'CREATE TABLE third (a)'])
    expect(tables()).toEqual(['first', 'second', 'third'])
    expect(existsSync(`${path}.backup-v1`) && existsSync(`${path}.backup-v2`)).toBe(true)
    const copy = new DatabaseSync(`${path}.backup-v1`)
    expect(copy.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([{ name: 'first' }])
    copy.close()
    database.close()
  })

  it('that is not one is said to be damaged', async () => {
    const workspace = fresh()
    mkdirSync(workspace)
    writeFileSync(
      join(workspace, 'workspace.db'),
      'this is not a database, but it is long enough to be looked at as one '.repeat(20),
    )
    await expect(openStore(workspace)).rejects.toThrow(/'workspace\.db' is not a database/)
  })

  it('tells one connection what another has written', async () => {
    const workspace = fresh()
    const [first, second] = [await openStore(workspace), await openStore(workspace)]
    const before = await first.changes.version()
    await make(second, 'a')
    expect(await first.changes.version()).not.toBe(before)
    expect(await first.versions.list(false)).toHaveLength(1)
    await first.close()
    await second.close()
  })
})

describe('metrics', () => {
  it('are read from a sequence on, by kind, and thinned with the last point kept', async () => {
    const store = await openStore(fresh())
    await store.runs.insert({
      id: 'r',
      name: 'r',
      recipe: { name: 'r', steps: [{ step: 'train' }] },
      createdAt: '',
      pid: null,
    })
    const point = (kind: string, position: number) => ({
      runId: 'r',
      stepIndex: 0,
      kind,
      position,
      at: '',
      values: { loss: 1 / (1 + position) },
    })
    await store.metrics.append(Array.from({ length: 1000 }, (_, index) => point('step', index)))
    const { after, metrics } = await store.metrics.append([point('epoch', 1), point('epoch', 2)])
    expect([after, ...metrics.map(({ sequence }) => sequence)]).toEqual([1000, 1001, 1002])
    expect((await store.metrics.list('r', { since: 500, limit: 2 })).map(({ sequence }) => sequence)).toEqual([
      501, 502,
    ])
    expect((await store.metrics.list('r', { since: 1001 })).map(({ position }) => position)).toEqual([2])
    const thinned = await store.metrics.list('r', { points: 10 })
    expect(thinned.filter(({ kind }) => kind === 'step').map(({ position }) => position)).toEqual([
      99, 199, 299, 399, 499, 599, 699, 799, 899, 999,
    ])
    expect(thinned.filter(({ kind }) => kind === 'epoch')).toHaveLength(2)
    expect((await store.metrics.list('r', { kind: 'epoch' }))[1]!.values).toEqual({ loss: 1 / 3 })
    await store.close()
  })
})

describe('doctor', () => {
  it('finds nothing wrong with a whole workspace', async () => {
    const store = await openStore(fresh())
    await make(store, 'a')
    expect(await problems(store)).toEqual([])
    await store.close()
  })

  it('registers what was complete, and removes what was not', async () => {
    const store = await openStore(fresh())
    const complete = await make(store, 'complete')
    await store.versions.remove(complete.id)
    mkdirSync(join(store.paths.versions, '.partial-v-1'))
    mkdirSync(join(store.paths.versions, 'v-2'))
    mkdirSync(store.paths.run('r-gone'))
    expect(await problems(store)).toHaveLength(4)
    expect(await problems(store, true)).toHaveLength(4)
    expect(await problems(store)).toEqual([])
    expect(await store.versions.list(false)).toEqual([complete])
    expect(readdirSync(store.paths.versions)).toEqual([complete.id])
    await store.close()
  })

  it('sees models that are missing or changed', async () => {
    const store = await openStore(fresh())
    const [gone, changed] = [await make(store, 'gone'), await make(store, 'changed')]
    rmSync(store.paths.version(gone.id), { recursive: true })
    writeFileSync(store.paths.model(changed.id), 'other')
    const found = [...(await problems(store, true))].sort()
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(
      /^problem: version 'changed' .* was changed: expected SHA-256 039058c6f2c0…, got d9298a10d1b0…/,
    )
    expect(found[1]).toMatch(/^repaired: version 'gone' .* is missing: removed from the database/)
    await store.close()
  })
})

it('ids sort by time', () => {
  expect(createId('v', 1_800_000_000_000) < createId('v', 1_800_000_000_001)).toBe(true)
  expect(createId('v')).toMatch(/^v-[0-9a-z]{8,9}-[0-9a-f]{4}$/)
})

it('a folder that cannot be made is one sentence', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(openStore(join(file, 'inside'))).rejects.toThrow(
    `workspace '${join(file, 'inside')}': it, or a part of its path, is a file: choose another workspace folder`,
  )
  expect(readFileSync(file, 'utf8')).toBe('')
})
