import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decimate, mergeBlocks, pointBlock } from '../../src/core/measure/series'
import { openStore } from '../../src/node/store'
import type { Store } from '../../src/node/store'
import type { NewMetric } from '../../src/node/store/tables/metrics'
import { temporaryFolder } from '../helpers/temporary'

const startedAt = Date.parse('2026-01-01T00:00:00Z')
const point = (index: number, value: number) => pointBlock(index, startedAt + index, { loss: value })

describe('decimation', () => {
  const points = Array.from({ length: 10_000 }, (_, index) => point(index, index === 7777 ? 1000 : Math.sin(index)))

  it('keeps the peaks and the count of every column', async () => {
    const shown = decimate(points, { axis: 'position', columns: 100 })
    expect(shown.length).toBeLessThanOrEqual(101)
    expect(Math.max(...shown.map(({ values }) => values.loss![1]))).toBe(1000)
    expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(10_000)
  })

  it('shows a window with one point outside on either side', async () => {
    const shown = decimate(points, { axis: 'position', from: 100, to: 110, columns: 100 })
    expect(shown.map(({ x0 }) => x0)).toEqual(Array.from({ length: 13 }, (_, index) => 99 + index))
  })

  it('goes by time as well', async () => {
    expect(
      decimate(points, { axis: 'time', from: startedAt + 5, to: startedAt + 6, columns: 10 }).map(
        ({ t0 }) => t0 - startedAt,
      ),
    ).toEqual([4, 5, 6, 7])
  })

  it('is empty for nothing', async () => {
    expect(decimate([], { axis: 'position', columns: 10 })).toEqual([])
  })

  it('leaves out what is not finite', async () => {
    expect(mergeBlocks([pointBlock(0, 0, { a: NaN, b: 1 }), pointBlock(1, 1, { a: Infinity, b: 3 })]).values).toEqual({
      b: [1, 3, 4, 2],
    })
  })
})

describe('a series in the store', () => {
  const folder = temporaryFolder('series')
  let store: Store
  beforeAll(async () => {
    store = await openStore(folder)
    await store.runs.insert({
      id: 'r-1',
      name: 'long',
      recipe: { name: 'long', steps: [{ step: 'train' }] },
      createdAt: new Date().toISOString(),
      pid: null,
    })
  })
  afterAll(() => store.close())
  const metric = (position: number, kind = 'step', stepIndex = 0): NewMetric => ({
    runId: 'r-1',
    stepIndex,
    kind,
    position,
    at: new Date(startedAt + position * 10).toISOString(),
    values: { trainLoss: position === 50_000 ? 99 : 1 / (position + 1), learningRate: 0.1 },
  })

  it('is the same however it was written: in pieces, with other kinds in between', async () => {
    for (let from = 0; from < 100_000; from += 997) {
      const rows = Array.from({ length: Math.min(997, 100_000 - from) }, (_, index) => metric(from + index))
      await store.metrics.append(rows)
    }
    await store.metrics.append([metric(1, 'epoch'), metric(2, 'epoch'), metric(1, 'step', 2)])
    const { lastSequence, series } = await store.metrics.series('r-1', { axis: 'position', columns: 500 })
    expect(lastSequence).toBe(100_003)
    expect(series.map(({ kind, stepIndex, total }) => [kind, stepIndex, total])).toEqual([
      ['epoch', 0, 2],
      ['step', 0, 100_000],
      ['step', 2, 1],
    ])
    const blocks = series[1]!.blocks
    expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(100_000)
    expect(Math.max(...blocks.map(({ values }) => values.trainLoss![1]))).toBe(99)
    expect([blocks[0]!.x0, blocks.at(-1)?.x1]).toEqual([0, 99_999])
  })

  it('is exact in a narrow window', async () => {
    const { series } = await store.metrics.series('r-1', {
      axis: 'position',
      from: 49_990,
      to: 50_010,
      columns: 500,
      kind: 'step',
      stepIndex: 0,
    })
    const { blocks } = series[0]!
    expect(blocks.every(({ count }) => count === 1)).toBe(true)
    expect(blocks.find(({ x0 }) => x0 === 50_000)?.values.trainLoss).toEqual([99, 99, 99, 1])
  })

  it('is summed up later for rows of an older program', async () => {
    const other = await openStore(temporaryFolder('series-old'))
    await other.runs.insert({
      id: 'r-1',
      name: 'old',
      recipe: { name: 'old', steps: [{ step: 'train' }] },
      createdAt: new Date().toISOString(),
      pid: null,
    })
    await other.metrics.append(Array.from({ length: 1000 }, (_, index) => metric(index)))
    const expected = await other.metrics.series('r-1', { axis: 'position', columns: 50 })
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    const database = new DatabaseSync(other.paths.database)
    database.exec('DELETE FROM metric_blocks')
    database.close()
    expect(await other.metrics.series('r-1', { axis: 'position', columns: 50 })).toEqual(expected)
    await other.close()
  })
})
