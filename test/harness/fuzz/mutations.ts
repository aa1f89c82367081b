import { array, boolean, constant, constantFrom, double, integer, oneof, record, string, uint8Array } from 'fast-check'
import type { Arbitrary } from 'fast-check'

/** Changes a well-formed input; `share`s of its length say where, so that one mutation fits inputs of any size. */
export type Mutation<T> = (input: T) => T

const share = double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const place = (at: number, length: number): number => Math.floor(at * length)

/** Applies several mutations, one after the other. */
const several = <T>(one: Arbitrary<Mutation<T>>): Arbitrary<Mutation<T>> =>
  array(one, { minLength: 1, maxLength: 6 }).map(
    (list) => (input) => list.reduce((value, mutate) => mutate(value), input),
  )

const replaced = (bytes: Uint8Array, at: number, count: number, by: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + count)])

/** Numbers at which counters, lengths and offsets go wrong. */
const edgeBytes = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
].map((values) => Uint8Array.from(values))

/** Bits, bytes and pieces of a file: flipped, replaced, cut, repeated, moved. */
export const byteMutations: Arbitrary<Mutation<Uint8Array>> = several(
  oneof(
    record({ at: share, bit: integer({ min: 0, max: 7 }) }).map(({ at, bit }): Mutation<Uint8Array> => (bytes) => {
      const copy = Uint8Array.from(bytes)
      copy[place(at, copy.length)]! ^= 1 << bit
      return copy
    }),
    record({ at: share, by: oneof(constantFrom(...edgeBytes), uint8Array({ minLength: 1, maxLength: 8 })) }).map(
      ({ at, by }): Mutation<Uint8Array> =>
        (bytes) =>
          replaced(bytes, place(at, bytes.length), by.length, by),
    ),
    record({ at: share, length: integer({ min: 1, max: 64 }) }).map(
      ({ at, length }): Mutation<Uint8Array> =>
        (bytes) =>
          replaced(bytes, place(at, bytes.length), length, new Uint8Array()),
    ),
    record({ at: share, from: share, length: integer({ min: 1, max: 256 }) }).map(
      ({ at, from, length }): Mutation<Uint8Array> =>
        (bytes) => {
          const start = place(from, bytes.length)
          return replaced(bytes, place(at, bytes.length), 0, bytes.subarray(start, start + length))
        },
    ),
    share.map(
      (at): Mutation<Uint8Array> =>
        (bytes) =>
          bytes.slice(0, place(at, bytes.length)),
    ),
  ),
)

const hugeText = 'x'.repeat(100_000)
const deepList = '['.repeat(5000)
const edgeTexts = [
  '',
  '0',
  '-1',
  '1e999',
  '1e12',
  'NaN',
  'null',
  'true',
  '{}',
  '[]',
  '"__proto__"',
  '"constructor"',
  '"\\u0000"',
  '"\\u001b[31m"',
  '"../../../etc/passwd"',
  '&a [*a, *a]',
  '!!js/function x',
  '\u202e',
  '\u0000',
  '\u001b]0;x\u0007',
  deepList,
  hugeText,
]
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|\w+|[^\w\s]|\s+/g

/** Words, numbers and marks of a text: replaced, dropped, repeated. */
export const textMutations: Arbitrary<Mutation<string>> = several(
  record({
    at: share,
    by: oneof(constantFrom(...edgeTexts), string({ maxLength: 8 }), string({ unit: 'grapheme', maxLength: 4 })),
    keeps: boolean(),
  }).map(({ at, by, keeps }): Mutation<string> => (text) => {
    const parts = text.match(tokens) ?? []
    const index = place(at, parts.length)
    return [...parts.slice(0, index), by, ...parts.slice(keeps ? index : index + 1)].join('')
  }),
)

const edgeValues: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  0.5,
  1e12,
  2 ** 31,
  2 ** 53,
  -(2 ** 31),
  '',
  'a',
  '__proto__',
  '\u0000',
  '\u001b[31m',
  '../../etc/passwd',
  hugeText,
  [],
  [[]],
  {},
  { a: 1 },
  [1, 2, 3],
]

/** One value somewhere in a tree: replaced, dropped, or doubled. `path` chooses a child at every level. */
export const treeMutations: Arbitrary<Mutation<unknown>> = several(
  record({
    path: array(share, { minLength: 1, maxLength: 12 }),
    depth: integer({ min: 1, max: 12 }),
    change: oneof(
      { weight: 4, arbitrary: constantFrom(...edgeValues).map((by) => ({ kind: 'replace' as const, by })) },
      { weight: 2, arbitrary: integer({ min: -3, max: 1000 }).map((by) => ({ kind: 'replace' as const, by })) },
      { weight: 1, arbitrary: constant({ kind: 'drop' as const }) },
      { weight: 1, arbitrary: constant({ kind: 'double' as const }) },
    ),
  }).map(
    ({ path, depth, change }): Mutation<unknown> =>
      (tree) =>
        changeAt(tree, path.slice(0, depth), change),
  ),
)

type Change = { readonly kind: 'replace'; readonly by: unknown } | { readonly kind: 'drop' | 'double' }

function changeAt(tree: unknown, [first, ...rest]: readonly number[], change: Change): unknown {
  const isLeaf = typeof tree !== 'object' || tree === null || ArrayBuffer.isView(tree)
  if (first === undefined || isLeaf) return change.kind === 'replace' ? change.by : tree
  const entries = Object.entries(tree)
  if (entries.length === 0) return change.kind === 'replace' ? change.by : tree
  const at = place(first, entries.length)
  const [key, value] = entries[at] ?? ['', undefined]
  const isHere = rest.length === 0
  if (Array.isArray(tree)) {
    if (isHere && change.kind === 'drop') return tree.toSpliced(at, 1)
    if (isHere && change.kind === 'double') return tree.toSpliced(at, 0, value)
    return tree.with(at, changeAt(value, rest, change))
  }
  if (isHere && change.kind === 'drop') return Object.fromEntries(entries.toSpliced(at, 1))
  if (isHere && change.kind === 'double') return { ...tree, [`${key}2`]: value }
  return { ...tree, [key]: changeAt(value, rest, change) }
}
