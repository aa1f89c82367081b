import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { compareThroughput } from '../../src/core/measure/throughput'
import { disturbance, idleLoad, watchLoad } from '../../src/node/inference/benchmark/machineLoad'

const uniform = createRandom(3).uniform
const rounds = 30

describe('comparing two throughputs', () => {
  const noise = Array.from({ length: rounds }, () => 1 + 0.05 * uniform())

  it('finds a difference that noise of the rounds hides', () => {
    const slower = noise.map((factor) => 100 * factor)
    const faster = noise.map((factor, round) => 103 * factor * (1 + 0.002 * Math.sin(round)))
    const { ratio, significant } = compareThroughput(slower, faster, createRandom(0).uniform)
    expect(significant).toBe(true)
    expect(ratio.median).toBeCloseTo(1.03, 2)
    expect(ratio.low).toBeGreaterThan(1.02)
  })

  it('finds none between a model and itself', () => {
    const first = noise.map((factor) => 100 * factor)
    const second = Array.from({ length: rounds }, (_, round) => first[(round + 11) % rounds]!)
    expect(compareThroughput(first, second, createRandom(0).uniform).significant).toBe(false)
  })
})

describe('the load of the machine', () => {
  it('counts the work of this process as its own', () => {
    const [load, start, before] = [watchLoad(), performance.now(), process.cpuUsage()]
    while (process.cpuUsage(before).user < 300_000) Math.sqrt(start)
    const ownMs = load().own * (performance.now() - start)
    expect(ownMs).toBeGreaterThan(250)
  })

  it('a busy core is named with a warning, an idle machine is not', async () => {
    expect(disturbance('before the start', { own: 1, others: 0.1 })).toEqual([])
    expect(disturbance('before the start', { own: 0, others: 1 })).toEqual([
      `other programs kept 1.0 of ${availableParallelism()} cores busy before the start: close them and measure again`,
    ])
    expect((await idleLoad()).others).toBeGreaterThanOrEqual(0)
  })

  it('counts threads of this process as its own', async () => {
    const worker = new Worker(
      'const start = process.cpuUsage(); while (process.cpuUsage(start).user < 200_000) Math.sqrt(2)',
      { eval: true },
    )
    const [load, start] = [watchLoad(), performance.now()]
    await new Promise((resolve) => worker.once('exit', resolve))
    expect(load().own * (performance.now() - start)).toBeGreaterThan(150)
  })
})
