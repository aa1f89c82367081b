import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isLocked, tryLock } from '../../src/node/locks/fileLock'
import { claimMachine, clearLeftLocks, isMachineTaken } from '../../src/node/locks/machineLock'
import { endedAbruptly, enterWorkspace, isPresent, takeRun } from '../../src/node/locks/presence'
import { closeAbandonedRuns } from '../../src/node/jobs/abandonedRuns'
import { openStore } from '../../src/node/store'
import { holdLock, kill, otherProcess } from '../helpers/otherProcess'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('locks')
let count = 0
const fresh = (): string => {
  const path = join(folder, String(count++))
  mkdirSync(join(path, 'working'), { recursive: true })
  return path
}

it('a file lock ends with its process, however that ends', async () => {
  const path = join(fresh(), 'a.lock')
  const other = await otherProcess(holdLock(path))
  expect([tryLock(path), isLocked(path)]).toEqual([undefined, true])
  await kill(other)
  expect(isLocked(path)).toBe(false)
  const lock = tryLock(path)
  expect([lock?.path, isLocked(path)]).toEqual([path, true])
  lock?.release()
  expect(isLocked(path)).toBe(false)
})

describe('the machine lock', () => {
  it('lets ordinary work in together and a measurement alone', async () => {
    const locks = fresh()
    const leave = await Promise.all([
      claimMachine('shared', { folder: locks }),
      claimMachine('shared', { folder: locks }),
    ])
    expect(readdirSync(join(locks, 'working'))).toHaveLength(2)
    // A step that works may measure in between.
    const release = await claimMachine('exclusive', { folder: locks })
    expect(isMachineTaken(locks)).toBe(false)
    release()
    leave.forEach((each) => each())
    expect(readdirSync(join(locks, 'working'))).toEqual([])
  })

  it('waits for the work of another process, and says so once', async () => {
    const locks = fresh()
    const other = await otherProcess(holdLock(join(locks, 'working', 'w-1.lock')))
    let waits = 0
    let isMine = false
    const claim = claimMachine('exclusive', { folder: locks, onWait: () => waits++ }).then(() => (isMine = true))
    await sleep(700)
    expect([waits, isMine]).toEqual([1, false])
    await kill(other)
    await claim
    expect(readdirSync(join(locks, 'working'))).toEqual([])
  })

  it('measures beside others when they take too long, and says so', async () => {
    const locks = fresh()
    const other = await otherProcess(holdLock(join(locks, 'working', 'w-1.lock')))
    let gaveUp = 0
    const release = await claimMachine('exclusive', { folder: locks, patienceMs: 300, onGiveUp: () => gaveUp++ })
    release()
    expect([gaveUp, isMachineTaken(locks)]).toEqual([1, false])
    await kill(other)
  })

  it('keeps ordinary work waiting while another process measures', async () => {
    const locks = fresh()
    const other = await otherProcess(holdLock(join(locks, 'measuring.lock')))
    expect(isMachineTaken(locks)).toBe(true)
    const claim = claimMachine('shared', { folder: locks, signal: AbortSignal.timeout(50) })
    await expect(claim).rejects.toThrow(/abort/i)
    expect(readdirSync(join(locks, 'working'))).toEqual([])
    await kill(other)
    ;(await claimMachine('shared', { folder: locks }))()
  })

  it('is not held up by process ids in files, whosever they are by now', async () => {
    const locks = fresh()
    writeFileSync(join(locks, 'machine.lock'), String(process.ppid))
    writeFileSync(join(locks, 'working', '1'), '')
    ;(await claimMachine('exclusive', { folder: locks, patienceMs: 1 }))()
    expect(clearLeftLocks(locks)).toHaveLength(2)
    expect([clearLeftLocks(locks), existsSync(join(locks, 'machine.lock'))]).toEqual([[], false])
  })
})

describe('who works in a workspace', () => {
  it('is known as long as it lives, and what ended abruptly is told apart from what left', async () => {
    const paths = { presence: join(fresh(), 'presence') }
    const { id, leave } = enterWorkspace(paths)
    const other = await otherProcess(holdLock(join(paths.presence, 'p-other.lock')))
    expect([isPresent(paths, id), isPresent(paths, 'p-other'), endedAbruptly(paths)]).toEqual([true, true, []])
    await kill(other)
    leave()
    expect([isPresent(paths, id), isPresent(paths, 'p-other'), endedAbruptly(paths)]).toEqual([
      false,
      false,
      ['p-other'],
    ])
  })

  it('has a run for itself alone', async () => {
    const paths = { presence: join(fresh(), 'presence') }
    const release = await takeRun(paths, 'r-1')
    await expect(takeRun(paths, 'r-1', { patienceMs: 100 })).rejects.toThrow(/an earlier process still works on it/)
    const waiting = takeRun(paths, 'r-1')
    release()
    ;(await waiting)()
  })
})

describe('a run', () => {
  const run = (id: string, owner?: string) => ({
    id,
    name: id,
    recipe: { name: id, steps: [{ step: 'train' }] },
    // Years ago, as on a machine whose clock was set back: no matter.
    createdAt: '1999-01-01T00:00:00.000Z',
    pid: process.pid,
    ...(owner !== undefined && { owner }),
  })

  it('whose owner is gone is crashed at once, and whose owner lives is not', async () => {
    const store = await openStore(fresh())
    const other = await otherProcess(holdLock(join(store.paths.presence, 'p-other.lock')))
    await store.runs.insert(run('r-other', 'p-other'))
    await store.runs.insert(run('r-mine', store.presence ?? ''))
    await store.runs.insert(run('r-forgotten', store.presence ?? ''))
    await store.runs.insert(run('r-old'))
    const close = async () => (await closeAbandonedRuns(store, (id) => id === 'r-mine')).map(({ id }) => id).sort()
    expect(await close()).toEqual(['r-forgotten', 'r-old'])
    await kill(other)
    expect(await close()).toEqual(['r-other'])
    expect(await store.runs.find('r-other')).toMatchObject({ status: 'crashed', resumable: true, pid: null })
    await store.close()
  })

  it('is resumed by one of two programs that try', async () => {
    const store = await openStore(fresh())
    await store.runs.insert(run('r-1'))
    await closeAbandonedRuns(store)
    const claims = await Promise.all(['a', 'b'].map((owner) => store.runs.claim('r-1', { owner, pid: 1 })))
    expect(claims).toEqual([true, false])
    const end = { status: 'crashed', error: null, finishedAt: null } as const
    expect(await store.runs.abandon({ id: 'r-1', name: 'r-1', status: 'queued', owner: 'b' }, end)).toBe(false)
    await store.close()
  })
})
