import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { engineFile } from '../../src/node/engineFile'
import { openStore } from '../../src/node/store'
import { createTurns } from '../../src/node/store/thread/turns'
import type { Turn } from '../../src/node/store/thread/turns'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('thread')
let count = 0
const fresh = (): string => join(folder, String(count++))

const run = (id: string) => ({
  id,
  name: id,
  recipe: { name: id, steps: [{ step: 'train' }] },
  createdAt: new Date().toISOString(),
  pid: null,
})

describe('while another program writes for long', () => {
  it('reads are answered, and writes wait in their order', async () => {
    const store = await openStore(fresh())
    await store.runs.insert(run('r-1'))
    const other = new DatabaseSync(store.paths.database)
    other.exec('BEGIN IMMEDIATE')
    const done: string[] = []
    const writes = ['a', 'b', 'c'].map((name) =>
      store.runs.update('r-1', { error: { code: 'storage', message: name } }).then(() => done.push(name)),
    )
    expect(await store.runs.list()).toHaveLength(1)
    expect((await store.runs.find('r-1'))?.error).toBeNull()
    expect(done).toEqual([])
    other.exec('ROLLBACK')
    await Promise.all(writes)
    expect(done).toEqual(['a', 'b', 'c'])
    expect((await store.runs.find('r-1'))?.error?.message).toBe('c')
    other.close()
    await store.close()
  })

  it('a workspace is opened once it lets go', async () => {
    const workspace = fresh()
    await (await openStore(workspace)).close()
    const other = new DatabaseSync(join(workspace, 'workspace.db'))
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE')
    let isOpen = false
    const opening = openStore(workspace).then((store) => ((isOpen = true), store))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(isOpen).toBe(false)
    other.close()
    await (await opening).close()
  })

  it('a call fails when its patience ends, and those behind it go on', async () => {
    const path = join(folder, 'turns.db')
    const [mine, other] = [new DatabaseSync(path), new DatabaseSync(path)]
    mine.exec('CREATE TABLE t (x)')
    other.exec('BEGIN IMMEDIATE')
    let now = 0
    const seen: string[] = []
    const turns = createTurns(mine, () => now)
    const turn = (name: string, sql: string): Turn => ({
      run: () => mine.exec(sql),
      done: () => seen.push(name),
      failed: () => seen.push(`${name} failed`),
    })
    turns.take(turn('first', 'INSERT INTO t VALUES (1)'))
    turns.take(turn('read', 'SELECT * FROM t'))
    turns.take(turn('wrong', 'SELECT * FROM nowhere'))
    expect(seen).toEqual(['read', 'wrong failed'])
    now = 700_000
    turns.take(turn('second', 'INSERT INTO t VALUES (2)'))
    await expect.poll(() => seen).toEqual(['read', 'wrong failed', 'first failed'])
    other.exec('ROLLBACK')
    await turns.settled(60_000)
    expect(seen.at(-1)).toBe('second')
    expect(mine.prepare('SELECT x FROM t').all()).toEqual([{ x: 2 }])
    mine.close()
    other.close()
  })
})

it('an error of a table reaches its caller, and the thread goes on', async () => {
  const store = await openStore(fresh())
  await store.runs.insert(run('r-1'))
  await expect(store.runs.insert(run('r-1'))).rejects.toThrow(/UNIQUE constraint failed/)
  expect(await store.runs.list()).toHaveLength(1)
  await store.close()
  await expect(store.runs.list()).rejects.toThrow(/database ended/)
})

describe('closing', () => {
  it('outlives an answer that is still on its way', async () => {
    const script = [
      `const { createHost } = await import(${JSON.stringify(pathToFileURL(engineFile('host')).href)})`,
      `const host = await createHost({ workspace: ${JSON.stringify(fresh())}, watch: false })`,
      'void host.store.runs.list()',
      'await host.close()',
    ].join('\n')
    const file = join(folder, 'close.mjs')
    writeFileSync(file, script)
    // A process that ends before what it awaits exits with 13.
    await expect(promisify(execFile)(process.execPath, [file])).resolves.toBeDefined()
  })
})
