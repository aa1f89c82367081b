import { describe, expect, it } from 'vitest'
import {
  areComparableSpeeds,
  imagesKey,
  inOneSession,
  mostComparable,
  underSharedConditions,
} from '../../src/shared/comparability'

const device = { cpu: 'cpu', runtime: 'onnxruntime' }
const timed = (id: string, batchSize: number, threads: number, on = device) => ({ id, batchSize, threads, device: on })
const ids = (found: readonly ({ readonly id: string } | undefined)[]): readonly (string | undefined)[] =>
  found.map((each) => each?.id)

describe('the conditions that versions have in common', () => {
  it('is the one in which the most of them were measured, though others are newer', () => {
    const first = [timed('a32', 32, 2), timed('a8', 8, 2)]
    const second = [timed('b8', 8, 2)]
    const third = [timed('c1', 1, 2), timed('c8', 8, 2)]
    expect(ids(underSharedConditions([first, second, third]))).toEqual(['a8', 'b8', 'c8'])
  })

  it('is of several the one of the fewest images, then of the most threads', () => {
    const cells = (name: string) => [timed(`${name}32/2`, 32, 2), timed(`${name}1/1`, 1, 1), timed(`${name}1/2`, 1, 2)]
    expect(ids(underSharedConditions([cells('a'), cells('b')]))).toEqual(['a1/2', 'b1/2'])
  })

  it('takes the newest measurement in it, and none in place of a missing one', () => {
    expect(
      ids(
        underSharedConditions([
          [timed('new', 1, 2), timed('old', 1, 2)],
          [timed('b', 1, 2)],
          [timed('other', 8, 2)],
          [],
        ]),
      ),
    ).toEqual(['new', 'b', undefined, undefined])
  })

  it('does not put machines or runtimes side by side', () => {
    const elsewhere = { cpu: 'another', runtime: 'onnxruntime' }
    expect(ids(underSharedConditions([[timed('a', 1, 2)], [timed('b', 1, 2)], [timed('c', 1, 2, elsewhere)]]))).toEqual(
      ['a', 'b', undefined],
    )
    expect(underSharedConditions([[], []])).toEqual([undefined, undefined])
  })
})

const inSession = (id: string, session: string, batchSize = 1, on = device) => ({
  ...timed(id, batchSize, 2, on),
  session,
})

describe('speeds', () => {
  it('are comparable if they were measured in turns, under the same conditions, on one device', () => {
    const a = inSession('a', 's')
    expect(areComparableSpeeds(a, inSession('b', 's'))).toBe(true)
    expect(areComparableSpeeds(a, inSession('b', 'another'))).toBe(false)
    expect(areComparableSpeeds(a, inSession('b', 's', 8))).toBe(false)
    expect(areComparableSpeeds(a, inSession('b', 's', 1, { cpu: 'another', runtime: 'onnxruntime' }))).toBe(false)
    expect(areComparableSpeeds(timed('a', 1, 2), timed('b', 1, 2))).toBe(false)
    expect(areComparableSpeeds(a, undefined)).toBe(false)
  })

  it('come from the session of the most versions, though others are newer', () => {
    const first = [inSession('a3', '3'), inSession('a1', '1')]
    const second = [inSession('b2', '2'), inSession('b1', '1')]
    expect(ids(inOneSession([first, second, [inSession('c4', '4')]]))).toEqual(['a1', 'b1', undefined])
    expect(ids(underSharedConditions([first, second]))).toEqual(['a1', 'b1'])
  })

  it('are shown from an own session where none is shared, though not compared', () => {
    expect(ids(underSharedConditions([[inSession('a', '1')], [inSession('b', '2')]]))).toEqual(['a', 'b'])
  })
})

describe('accuracies', () => {
  const whole = { dataset: 'cifar10', split: 'test', samples: 2000, limit: null, seed: 0 }
  it.each([
    ['the same images', {}, true],
    ['a whole split, whatever the seed', { seed: 7 }, true],
    ['another dataset', { dataset: 'sample' }, false],
    ['another split', { split: 'val' }, false],
    ['a part of the images', { limit: 200, samples: 200 }, false],
    ['fewer images that could be read', { samples: 1999 }, false],
  ])('on %s', (_, changes, expected) => {
    expect(imagesKey({ ...whole, ...changes }) === imagesKey(whole)).toBe(expected)
  })

  it('on parts of a split are comparable if the same seed chose them', () => {
    const part = { ...whole, limit: 200, samples: 200 }
    expect(imagesKey(part)).not.toBe(imagesKey({ ...part, seed: 1 }))
  })

  it('are taken from the images that the most versions share', () => {
    expect(mostComparable([['x', 'y'], ['y'], ['z', 'y']], (each) => each)).toEqual(['y', 'y', 'y'])
  })
})
