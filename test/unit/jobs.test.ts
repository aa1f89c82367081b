import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createControl } from '../../src/node/jobs/control'
import { claimMachine, exclusiveHolder, staleLocks } from '../../src/node/jobs/machineLock'
import { createMetricsBuffer, throttle } from '../../src/node/jobs/metricsBuffer'
import type { NewMetric } from '../../src/node/store/tables/metrics'
import { steps } from '../../src/node/jobs/steps'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('jobs')
let count = 0
const fresh = (): string => join(folder, String(count++))
/** Larger than any process id of Linux. */
const goneProcess = 2 ** 22 + 1

describe('the machine lock', () => {
  it('lets ordinary work in together and a measurement alone', async () => {
    const locks = fresh()
    const leave = await claimMachine('shared', { folder: locks })
    leave()
    const release = await claimMachine('exclusive', { folder: locks })
    expect(exclusiveHolder(locks)).toBe(process.pid)
    release()
    expect(exclusiveHolder(locks)).toBeUndefined()
    expect(readdirSync(join(locks, 'working'))).toEqual([])
  })

  it('waits for the work of another process, and says so once', async () => {
    const locks = fresh()
    mkdirSync(join(locks, 'working'), { recursive: true })
    writeFileSync(join(locks, 'working', String(process.ppid)), '')
    const controller = new AbortController()
    let waits = 0
    const claim = claimMachine('exclusive', { folder: locks, signal: controller.signal, onWait: () => waits++ })
    const outcome = expect(claim).rejects.toThrow(/abort/i)
    await sleep(700)
    controller.abort()
    await outcome
    expect(waits).toBe(1)
    expect(existsSync(join(locks, 'machine.lock'))).toBe(false)
  })

  it('measures beside others when they take too long, and says so', async () => {
    const locks = fresh()
    mkdirSync(join(locks, 'working'), { recursive: true })
    writeFileSync(join(locks, 'working', String(process.ppid)), '')
    let gaveUp = 0
    const release = await claimMachine('exclusive', { folder: locks, patienceMs: 300, onGiveUp: () => gaveUp++ })
    release()
    expect(gaveUp).toBe(1)
    expect(exclusiveHolder(locks)).toBeUndefined()
  })

  it('keeps ordinary work waiting while another process measures', async () => {
    const locks = fresh()
    mkdirSync(locks, { recursive: true })
    writeFileSync(join(locks, 'machine.lock'), String(process.ppid))
    const controller = new AbortController()
    const outcome = expect(claimMachine('shared', { folder: locks, signal: controller.signal })).rejects.toThrow(
      /abort/i,
    )
    await sleep(50)
    controller.abort()
    await outcome
    expect(readdirSync(join(locks, 'working'))).toEqual([])
  })

  it('forgets processes that are gone', async () => {
    const locks = fresh()
    mkdirSync(join(locks, 'working'), { recursive: true })
    writeFileSync(join(locks, 'machine.lock'), String(goneProcess))
    writeFileSync(join(locks, 'working', String(goneProcess)), '')
    expect(staleLocks(locks)).toHaveLength(2)
    const release = await claimMachine('exclusive', { folder: locks })
    release()
    expect(staleLocks(locks)).toEqual([])
  })
})

describe('metrics', () => {
  it('are written in batches, the last one on request', async () => {
    const batches: number[] = []
    const buffer = createMetricsBuffer((metrics) => batches.push(metrics.length))
    const metric: NewMetric = { runId: 'r', stepIndex: 0, kind: 'step', position: 0, at: '', values: {} }
    for (let step = 0; step < 50; step++) buffer.add(metric)
    expect(batches).toEqual([])
    await sleep(150)
    expect(batches).toEqual([50])
    buffer.add(metric)
    buffer.flush()
    buffer.flush()
    expect(batches).toEqual([50, 1])
  })

  it('of progress go through at once, then now and then, the last one always', async () => {
    const seen: number[] = []
    const show = throttle((value: number) => seen.push(value), 60)
    for (let value = 1; value <= 5; value++) show(value)
    expect(seen).toEqual([1])
    await sleep(90)
    expect(seen).toEqual([1, 5])
    show(6)
    show(7)
    show.flush()
    expect(seen.at(-1)).toBe(7)
  })
})

describe('a run under control', () => {
  it('goes on at once, waits while it is paused, and ends a pause by stopping', async () => {
    const states: boolean[] = []
    const control = createControl(async (paused) => void states.push(paused))
    await control.resumed()
    control.ask('pause')
    const first = control.resumed()
    control.ask('run')
    await first
    control.ask('pause')
    const second = control.resumed()
    control.ask('stop')
    await second
    expect(states).toEqual([true, false, true, false])
    expect(control.signal.aborted).toBe(true)
  })
})

describe('every step', () => {
  it.each(steps.list().map((step) => [step.id, step] as const))('%s says what it takes', (_, { label, params }) => {
    expect(label.length).toBeGreaterThan(3)
    expect(params.safeParse(null).success).toBe(false)
  })
})
