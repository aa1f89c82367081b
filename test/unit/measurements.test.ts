import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../src/node/store'
import { commitVersion } from '../../src/node/store/commitVersion'
import type { Benchmark } from '../../src/shared/types'
import { temporaryFolder } from '../helpers/temporary'

const device = { cpu: 'cpu', runtime: 'onnxruntime', threads: 2 }
const measured = (version: string, batchSize: number, samplesPerSecond: number, tuned = false): Benchmark => ({
  version,
  batchSize,
  threads: 2,
  runs: 4,
  latencyMs: { p50: 1, p90: 1, p95: 1, p99: 1 },
  samplesPerSecond,
  samplesPerSecondInterval: [1, 2],
  device,
  warnings: [],
  roundsMs: [[1, 1]],
  layout: { engine: 'onnxruntime', form: 'original', sessions: 1, tuned },
})

it('gives the benchmarks of all sessions and conditions, newest first, without what tuning chose and without single runs', async () => {
  const store = await openStore(join(temporaryFolder('measurements'), 'workspace'))
  const { id } = await commitVersion(
    store,
    {
      name: 'a',
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
    },
    new Map([['model.onnx', Uint8Array.of(1)]]),
  )
  const all: readonly (readonly [string, Benchmark])[] = [
    ['1', measured(id, 8, 10)],
    ['2', measured(id, 1, 20)],
    ['3', measured(id, 8, 30)],
    ['4', measured(id, 4, 40, true)],
  ]
  for (const [at, benchmark] of all)
    await store.measurements.addBenchmark({
      id: `b${at}`,
      versionId: id,
      runId: null,
      createdAt: `2026-01-0${at}T00:00:00.000Z`,
      benchmark,
    })
  const newest = (await store.measurements.newestBenchmarks()).get(id) ?? []
  expect(newest.map(({ batchSize, samplesPerSecond }) => [batchSize, samplesPerSecond])).toEqual([
    [8, 30],
    [1, 20],
    [8, 10],
  ])
  expect(new Set(newest.map(({ session }) => session)).size).toBe(3)
  expect(newest[0]!.roundsMs).toBeUndefined()
  await store.close()
})
