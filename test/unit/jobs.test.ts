import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createControl } from '../../src/node/jobs/control'
import { createMetricsBuffer, throttle } from '../../src/node/jobs/metricsBuffer'
import type { NewMetric } from '../../src/node/store/tables/metrics'
import { steps } from '../../src/node/jobs/steps'

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
