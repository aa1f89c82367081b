import { describe, expect, it } from 'vitest'
import { underSharedConditions } from '../../src/shared/sharedConditions'

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
