import { describe, expect, it } from 'vitest'
import { isLopsided } from '../../src/renderer/charts/lopsided'
import { colouring, costOf, measures } from '../../src/renderer/components/model/colouring'
import type { LayerExtras, LayerMeasure } from '../../src/renderer/components/model/colouring'
import type { Layer, LayerAnalysis } from '../../src/shared/types'

const layer = (name: string, params: number, zeroPoint = 0): Layer => ({
  name,
  label: name,
  stage: 'all',
  ops: ['Conv'],
  nodes: [name],
  inputs: [],
  output: name,
  shape: [1, 4, 2, 2],
  params,
  macs: 0,
  weight: null,
  quantization: { dtype: 'uint8', scale: 0.1, zeroPoint },
})
const histogram = { low: 0, binWidth: 1, counts: [1] }
const error = (sqnrDb: number | null) => ({ sqnrDb, cosine: 1 })
const analysis = (sqnrDb: number | null, oneOff = 0): LayerAnalysis => ({
  layer: '',
  op: 'Conv',
  output: '',
  error: error(sqnrDb),
  weightError: error(null),
  activationError: error(null),
  oneOn: 0,
  oneOff,
  observed: { min: -3, max: 2 },
  covered: null,
  clippedShare: null,
  activationScale: null,
  weightScales: [],
  weightHistogram: histogram,
  activationHistogram: null,
  hint: '',
})
const nothing: LayerExtras = { ms: new Map(), analysis: new Map(), divergence: 0 }
const measure = (id: LayerMeasure['id']): LayerMeasure => {
  const found = measures.find((each) => each.id === id)
  if (!found) throw new Error(`no measure '${id}'`)
  return found
}

describe('the colours of the graph', () => {
  it('are strongest where most is, and nothing where nothing is', () => {
    const { strengths, texts, faintest, strongest } = colouring(
      measure('params'),
      [layer('a', 0), layer('b', 25), layer('c', 100)],
      nothing,
    )
    expect([...strengths.values()]).toEqual([0, 0.25, 0.5])
    expect([...texts.values()]).toEqual(['0', '25', '100'])
    expect([faintest, strongest]).toEqual(['0', '100'])
  })

  it('are strongest where least of the signal is left', () => {
    const extras = {
      ...nothing,
      analysis: new Map([
        ['a', analysis(40)],
        ['b', analysis(10)],
        ['c', analysis(null)],
      ]),
    }
    const { strengths, faintest, strongest, ofStage } = colouring(
      measure('sqnr'),
      [layer('a', 1), layer('b', 1), layer('c', 1), layer('d', 1)],
      extras,
    )
    expect([...strengths]).toEqual([
      ['a', 0],
      ['b', 0.5],
    ])
    expect([faintest, strongest, ofStage]).toEqual(['40 dB', '10 dB', 'model.downTo'])
  })

  it('take numbers on either side of zero, and layers that are all alike', () => {
    expect([
      ...colouring(
        measure('zeroPoint'),
        [layer('a', 1, -128), layer('b', 1, 0), layer('c', 1, 128)],
        nothing,
      ).strengths.values(),
    ]).toEqual([0, 0.25, 0.5])
    expect([
      ...colouring(measure('zeroPoint'), [layer('a', 1, 7), layer('b', 1, 7)], nothing).strengths.values(),
    ]).toEqual([0, 0])
  })

  it('know the largest output that was seen, on either side of zero', () => {
    expect(measure('activation').value(layer('a', 1), { ...nothing, analysis: new Map([['a', analysis(1)]]) })).toBe(3)
  })
})

describe('the gain from fp32', () => {
  it.each([
    { oneOff: 0.3, divergence: 1, expected: 0.3 },
    { oneOff: -0.1, divergence: 1, expected: 0 },
    { oneOff: 0, divergence: 0, expected: undefined },
  ])('is $expected for $oneOff of $divergence', ({ oneOff, divergence, expected }) =>
    expect(costOf(analysis(1, oneOff), divergence)).toBe(expected),
  )
})

describe('a histogram with one bar above all others', () => {
  it.each([
    { counts: [1000, 5, 6, 7], expected: true },
    { counts: [10, 5, 6, 7], expected: false },
    { counts: [1000], expected: false },
    { counts: [], expected: false },
  ])('$counts', ({ counts, expected }) => expect(isLopsided(counts)).toBe(expected))
})
