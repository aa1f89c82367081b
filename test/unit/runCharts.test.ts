import { describe, expect, it } from 'vitest'
import { createAbscissaMap } from '../../src/renderer/run/abscissa'
import { chartsOf } from '../../src/renderer/run/chartList'
import type { Line } from '../../src/renderer/run/paintLines'
import { nearestIndex } from '../../src/renderer/run/paintLines'
import { withDetail } from '../../src/renderer/run/series'
import type { Series } from '../../src/renderer/run/series'
import { smooth } from '../../src/renderer/run/smooth'
import { createSharedView } from '../../src/renderer/run/view'

function series(
  kind: string,
  x: readonly number[],
  t: readonly number[],
  values: Readonly<Record<string, readonly number[]>>,
): Series {
  const columns = Object.entries(values).map(
    ([key, list]) =>
      [key, { min: Float32Array.from(list), mean: Float32Array.from(list), max: Float32Array.from(list) }] as const,
  )
  return {
    stepIndex: 0,
    kind,
    total: x.length,
    x: Float64Array.from(x),
    t: Float64Array.from(t),
    counts: new Float64Array(x.length).fill(1),
    values: new Map(columns),
  }
}

const steps = series('step', [10, 20, 30, 40], [1000, 2000, 3000, 4000], { trainLoss: [4, 3, 2, 1] })
const epochs = series('epoch', [1, 2], [2000, 4000], { valLoss: [3, 2] })
const system = series('system', [0, 2], [1500, 9000], { cpuShare: [0.5, 1] })

describe('the abscissa', () => {
  it('gives epochs and seconds the steps of their moment, and none beyond the last', () => {
    const map = createAbscissaMap('step', [steps, epochs, system], 0)
    expect([...map.of(steps)]).toEqual([10, 20, 30, 40])
    expect([...map.of(epochs)]).toEqual([20, 40])
    expect([...map.of(system)]).toEqual([15, 40])
    expect(map.momentOf(25)).toBe(2500)
  })

  it('counts epochs from nothing, in parts', () => {
    expect([...createAbscissaMap('epoch', [steps, epochs], 0).of(steps)]).toEqual([0, 1, 1.5, 2])
  })

  it('is seconds since the start as well', () => {
    const map = createAbscissaMap('time', [steps], 500)
    expect([...map.of(steps)]).toEqual([0.5, 1.5, 2.5, 3.5])
    expect(map.momentOf(1)).toBe(1500)
  })
})

describe('smoothing', () => {
  it('starts at the first value, follows a constant exactly, and passes over gaps', () => {
    expect([...smooth([5, 5, NaN, 5], [1, 1, 1, 1], 0.9)]).toEqual([5, 5, NaN, 5])
  })

  it('is the same at the end for points that were put together', () => {
    const values = Float32Array.from({ length: 400 }, (_, index) => 1 / (index + 1))
    const pairs = Float32Array.from({ length: 200 }, (_, index) => (values[2 * index]! + values[2 * index + 1]!) / 2)
    const fine = smooth(values, new Float64Array(400).fill(1), 0.95).at(-1)
    expect(smooth(pairs, new Float64Array(200).fill(2), 0.95).at(-1)).toBeCloseTo(fine ?? NaN, 4)
  })
})

describe('a window', () => {
  it('takes the finer points where there are any', () => {
    const finer = series('step', [20, 25, 30], [2000, 2500, 3000], { trainLoss: [3, 2.5, 2] })
    const merged = withDetail(steps, finer)
    expect([...merged.x]).toEqual([10, 20, 25, 30, 40])
    expect([...(merged.values.get('trainLoss')?.mean ?? [])]).toEqual([4, 3, 2.5, 2, 1])
  })

  it('stays inside what there is, zooms around a place, and is left at the widest', () => {
    const view = createSharedView()
    view.extent = { from: 0, to: 100 }
    view.pan(10)
    expect(view.range.value).toBeUndefined()
    view.zoom(0.5, 20)
    expect(view.shown()).toEqual({ from: 10, to: 60 })
    view.pan(-50)
    expect(view.shown()).toEqual({ from: 0, to: 50 })
    view.pan(500)
    expect(view.shown()).toEqual({ from: 50, to: 100 })
    view.zoom(10)
    expect(view.range.value).toBeUndefined()
  })
})

it('the pointer finds the nearest point that has a value', () => {
  const line: Line = {
    label: '',
    color: 0,
    dash: 0,
    isSmoothed: false,
    xs: Float64Array.of(0, 10, 20),
    min: new Float32Array(3),
    max: new Float32Array(3),
    mean: Float32Array.of(1, NaN, 3),
    line: new Float32Array(3),
  }
  expect([
    nearestIndex(line, 9),
    nearestIndex(line, 11),
    nearestIndex(line, 99),
    nearestIndex({ ...line, mean: Float32Array.of(NaN, NaN, NaN) }, 1),
  ]).toEqual([0, 2, 2, undefined])
})

it('values that no chart is known for get one each', () => {
  const other = series('step', [1], [1], { trainLoss: [1], groupSparsity: [0.5], etaSeconds: [9] })
  expect(chartsOf([other, epochs]).map(({ id, title, members }) => [id, title, members.length])).toEqual([
    ['loss', 'Loss', 2],
    ['step groupSparsity', 'Group sparsity', 1],
  ])
})
