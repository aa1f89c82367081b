import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atLeast } from '../../src/shared/atLeast'

const css = readFileSync(join(import.meta.dirname, '..', '..', 'src', 'renderer', 'styles', 'tokens.css'), 'utf8')
const tokensOf = (selector: string): ReadonlyMap<string, string> => {
  const block = css.slice(css.indexOf(`${selector} {`), css.indexOf('}', css.indexOf(`${selector} {`)))
  return new Map([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]))
}

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]
const each = ([a, b, c]: Triple, change: (value: number) => number): Triple => [change(a), change(b), change(c)]
const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const times = ([a, b, c]: Matrix, vector: Triple): Triple => [dot(a, vector), dot(b, vector), dot(c, vector)]
/** Linear light of a colour of sRGB. */
const lightOf = (hex: string): Triple =>
  each([1, 3, 5], (at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })

/** What eyes without one kind of cones see, in linear light: Machado, Oliveira and Fernandes (2009), severity 1. */
const eyes: Readonly<Record<string, Matrix>> = {
  'with all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without red cones': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without green cones': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'without blue cones': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

/** Oklab (Ottosson, 2020): distances in it are about those that eyes see. */
function oklab(light: Triple): Triple {
  const cones = each(
    times(
      [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ],
      light,
    ),
    (value) => Math.cbrt(Math.max(0, value)),
  )
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  )
}
const distance = (a: Triple, b: Triple): number => Math.hypot(...a.map((value, at) => value - b[at]!))
/** About five just noticeable differences. */
const apart = 0.04

const luminance = (hex: string): number => dot([0.2126, 0.7152, 0.0722], lightOf(hex))
const contrast = (a: string, b: string): number => {
  const [high, low] = atLeast(
    2,
    [luminance(a), luminance(b)].sort((x, y) => y - x),
  )
  return (high + 0.05) / (low + 0.05)
}

describe.each([':root', "[data-theme='dark']"])('the colours of %s', (selector) => {
  const tokens = tokensOf(selector)
  const series = [...tokens].filter(([name]) => name.startsWith('--series-'))
  const of = (name: string): string => tokens.get(name) ?? ''

  it.each(Object.keys(eyes))('tell series apart for eyes %s', (eye) => {
    expect(series).toHaveLength(6)
    const seen = series.map(([name, hex]) => ({ name, lab: oklab(times(eyes[eye]!, lightOf(hex))) }))
    const close = seen
      .flatMap((a, at) =>
        seen.slice(at + 1).map((b) => ({ pair: `${a.name} ${b.name}`, distance: distance(a.lab, b.lab) })),
      )
      .filter((found) => found.distance < apart)
    expect(close).toEqual([])
  })

  it('stand out from the page: 3 to 1 for graphics, 4.5 to 1 for text', () => {
    expect(series.filter(([, hex]) => contrast(hex, of('--paper')) < 3)).toEqual([])
    expect(
      ['--ink', '--ink-dim', '--accent', '--good', '--warn', '--bad'].filter(
        (name) => contrast(of(name), of('--paper')) < 4.5,
      ),
    ).toEqual([])
  })
})
