import { sample } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { Mutation } from './mutations'

/** A file as somebody else made it. */
export interface ForeignFile {
  /** Its ending may decide who reads it. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** One kind of foreign file, and the program's way to read it. */
export interface FuzzKind {
  readonly id: string
  /** Well-formed files, of which every mutated one is made. */
  seeds(): Promise<readonly ForeignFile[]>
  readonly mutations: Arbitrary<Mutation<Uint8Array>>
  /** Reads a file as the program does, in a folder of its own. Throws an NNOptError for what is refused; anything else is a fault. */
  read(file: ForeignFile, folder: string): unknown
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A mutation of a text as one of its bytes. */
export const ofText =
  (mutate: Mutation<string>): Mutation<Uint8Array> =>
  (bytes) =>
    encoder.encode(mutate(decoder.decode(bytes)))

/** A mutation of a JSON document as one of its bytes; bytes that are none stay as they are. */
export const ofJson =
  (mutate: Mutation<unknown>): Mutation<Uint8Array> =>
  (bytes) =>
    encoder.encode(JSON.stringify(mutate(JSON.parse(decoder.decode(bytes)))) ?? '')

/** The same file for the same seed and number, on every machine. */
export function mutated(
  { mutations }: FuzzKind,
  seeds: readonly ForeignFile[],
  seed: number,
  number: number,
): ForeignFile {
  const [mutate = (bytes: Uint8Array) => bytes] = sample(mutations, { seed: seed * 1_000_003 + number, numRuns: 1 })
  const { name, bytes } = seeds[number % seeds.length] ?? { name: 'empty', bytes: new Uint8Array() }
  return { name, bytes: mutate(bytes) }
}
