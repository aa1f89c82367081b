import { anything, array, boolean, constantFrom, integer, oneof, record, sample, string, uint8Array } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { contract } from '../../../src/shared/contract'
import type { ProcedureName } from '../../../src/shared/contract'
import { encodeMessage } from '../../../src/shared/wire'
import type { Frame } from '../../../src/shared/wire'
import { byteMutations } from '../fuzz/mutations'

/** Measures this machine, fetches from elsewhere, or starts long work: legal, and not what is tested here. */
const excluded: readonly ProcedureName[] = ['backends.measure', 'datasets.download', 'sample.start', 'doctor.check']
const procedures = (Object.keys(contract) as ProcedureName[]).filter((name) => !excluded.includes(name))

/** What exists in the workspace that is attacked. */
export interface Known {
  readonly version: string
  readonly dataset: string
  readonly run: string
}

const anyText = string({ unit: 'binary' })

/** Made once: such arbitraries are slow to make and quick to use. */
const wild: Arbitrary<unknown> = oneof(
  anything({ maxDepth: 3, withBigInt: false }),
  anyText,
  integer(),
  uint8Array({ maxLength: 2000 }),
  constantFrom<unknown>(
    -1,
    1e308,
    2 ** 53,
    '',
    '__proto__',
    '../../etc/passwd',
    '/etc/passwd',
    '\u0000',
    'x'.repeat(50_000),
    Array(5000).fill(0),
    { constructor: { prototype: 1 } },
  ),
)

/** A value that may pass for what a field of that name wants. */
function plausible(field: string, { version, dataset, run }: Known): Arbitrary<unknown> {
  const texts = constantFrom<unknown>(version, dataset, run, 'train', 'l1', 'imagenet', 'images', 'conv')
  const named: Readonly<Record<string, Arbitrary<unknown>>> = {
    version: constantFrom(version),
    versions: constantFrom([version], [version, version]),
    first: constantFrom(version),
    second: constantFrom(version),
    dataset: constantFrom(dataset),
    name: constantFrom(dataset, 'a name'),
    run: constantFrom(run),
    split: constantFrom('train', 'val', 'test'),
  }
  return named[field] ?? oneof(texts, integer({ min: -2, max: 300 }), boolean(), array(texts, { maxLength: 3 }))
}

function params(name: ProcedureName, known: Known): Arbitrary<unknown> {
  const fields = Object.keys(contract[name].params.shape)
  const all = Object.fromEntries(
    fields.map((field) => [field, oneof({ weight: 4, arbitrary: plausible(field, known) }, wild)]),
  )
  return oneof(
    { weight: 5, arbitrary: record(all) },
    { weight: 2, arbitrary: record(all, { requiredKeys: [] }) },
    { weight: 1, arbitrary: wild },
  )
}

/** A message, once it has a number. */
type Numbered = (id: number) => Frame | Uint8Array

const calls = (known: Known): Arbitrary<(id: number) => Frame> =>
  oneof(
    ...procedures.map((name) =>
      params(name, known).map((given) => (id: number) => encodeMessage({ type: 'call', id, name, params: given })),
    ),
  )

const bytesOf = (frame: Frame): Uint8Array => (typeof frame === 'string' ? Buffer.from(frame) : frame)

/** Mostly calls with wrong or strange parameters, else something that is no message at all. */
function messages(known: Known): Arbitrary<Numbered> {
  const call = calls(known)
  const types = constantFrom('call', 'event', 'result', 'error', 'x')
  const mangled = record({ frame: call, mutate: byteMutations, asText: boolean() })
  return oneof<{ weight: number; arbitrary: Arbitrary<Numbered> }[]>(
    { weight: 12, arbitrary: call },
    {
      weight: 1,
      arbitrary: record({ type: types, id: wild, name: wild, params: wild }).map(
        (strange) => () => JSON.stringify(strange),
      ),
    },
    { weight: 1, arbitrary: integer().map((other) => () => JSON.stringify({ type: 'cancel', id: other })) },
    {
      weight: 2,
      arbitrary: mangled.map(({ frame, mutate, asText }) => (id: number) => {
        const bytes = Buffer.from(mutate(bytesOf(frame(id))))
        return asText ? bytes.toString() : bytes
      }),
    },
  )
}

/** Makes the same message for the same seed and number. */
export function hostileMessages(known: Known, seed: number): (number: number) => Frame | Uint8Array {
  const arbitrary = messages(known)
  return (number) => {
    const [make = () => ''] = sample(arbitrary, { seed: seed * 1_000_003 + number, numRuns: 1 })
    return make(number)
  }
}
