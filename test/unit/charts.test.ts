import { describe, expect, it } from 'vitest'
import { createScale, rangeOf, ticksOf } from '../../src/renderer/charts/scale'
import { svgSurface } from '../../src/renderer/charts/svgSurface'
import { toCsv, toJson } from '../../src/renderer/charts/table'

describe('a scale', () => {
  it.each([false, true])('goes from values to pixels and back, log %s', (log) => {
    const scale = createScale(1, 1000, 40, 440, log)
    expect([scale.at(1), scale.at(1000)]).toEqual([40, 440])
    expect(scale.valueAt(scale.at(31.6))).toBeCloseTo(31.6, 9)
  })

  const ticks: readonly {
    readonly name: string
    readonly range: readonly [number, number]
    readonly log?: boolean
    readonly count: number
    readonly kind?: 'whole' | 'time'
    readonly expected: readonly number[]
  }[] = [
    { name: 'round numbers', range: [0, 1], count: 5, expected: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    {
      name: 'whole numbers only where parts make no sense',
      range: [1, 3],
      count: 8,
      kind: 'whole',
      expected: [1, 2, 3],
    },
    { name: 'minutes', range: [0, 200], count: 4, kind: 'time', expected: [0, 60, 120, 180] },
    {
      name: 'powers of ten',
      range: [0.001, 1000],
      log: true,
      count: 6,
      expected: [0.001, 0.01, 0.1, 1, 10, 100, 1000],
    },
    { name: 'fives in few decades', range: [1, 10], log: true, count: 6, expected: [1, 2, 5, 10] },
    { name: 'round numbers within a decade', range: [0.6, 1.9], log: true, count: 4, expected: [1, 1.5] },
    { name: 'one value', range: [3, 3], count: 5, expected: [3] },
  ]
  it.each(ticks)('has ticks at $name', ({ range: [min, max], log = false, count, kind, expected }) => {
    expect(ticksOf({ min, max, log }, count, kind).map((value) => Number(value.toPrecision(9)))).toEqual(expected)
  })

  const ranges: readonly (readonly [string, readonly number[], object, readonly [number, number]])[] = [
    ['no values', [], {}, [0, 1]],
    ['no positive values on a log axis', [-1, 0], { log: true }, [0.1, 1]],
    ['one value', [4], {}, [3.6, 4.4]],
    ['zero alone', [0], {}, [-1, 1]],
    ['values that are not finite', [NaN, 1, Infinity, 3], { air: 0 }, [1, 3]],
    ['zero wanted', [2, 4], { air: 0, zero: true }, [0, 4]],
  ]
  it.each(ranges)('fits %s', (_name, values, options, expected) => {
    expect(rangeOf(values, options)).toEqual(expected)
  })
})

describe('a chart as a file', () => {
  const surface = svgSurface({
    width: 100,
    height: 50,
    fontSize: 12,
    title: 'a < b',
    colorOf: (color) => (color === '--paper' ? '#fff' : '#123'),
    measure: (text, size) => text.length * size,
  })

  it('is an SVG with its title, its lines with gaps, and text that stays text', () => {
    surface.path([0, 1, 2, 3, 4], [0, 1, NaN, 3, 4], { color: '--ink' })
    surface.text('R&D', 1, 2, { align: 'center', turned: true })
    surface.rect(10, 20, -4, -6, { fill: { color: '--ink' } })
    surface.clipped(0, 0, 5, 5, () => surface.circle(1, 1, 2, {}))
    const svg = surface.svg()
    expect(svg).toContain('<title>a &lt; b</title>')
    expect(svg).toContain('d="M0 0L1 1M3 3L4 4"')
    expect(svg).toContain('>R&amp;D</text>')
    expect(svg).toContain('<rect x="6" y="14" width="4" height="6"')
    expect(svg.match(/<g /g)?.length).toBe(svg.match(/<\/g>/g)?.length)
  })

  const table = {
    columns: [{ label: 'name' }, { label: 'a, b' }],
    rows: [
      ['x "y"', 0.1],
      ['=1+1', null],
    ],
  } as const

  it('is CSV that no spreadsheet runs', () => {
    expect(toCsv(table)).toBe('name,"a, b"\r\n"x ""y""",0.1\r\n\'=1+1,\r\n')
  })

  it('is JSON with the names of the columns', () => {
    expect(JSON.parse(toJson('T', table))).toEqual({
      title: 'T',
      rows: [
        { name: 'x "y"', 'a, b': 0.1 },
        { name: '=1+1', 'a, b': null },
      ],
    })
  })
})
