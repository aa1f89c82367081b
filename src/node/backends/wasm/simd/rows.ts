import { i32, minimum } from './emitter'
import type { Emitter, Local } from './emitter'
import type { Code } from './encoding'
import type { Strip } from './strips'
import { forEachStrip } from './strips'

/**
 * Rows per chunk: a strip's sums run over one chunk before they are added to the total, so that rounding errors grow
 * slowly and the chunk stays cached.
 */
const CHUNK_ROWS = 32
/** One cache line of channels. */
const STRIP_VECTORS = 4

interface Chunk {
  /** Rows before this chunk, and rows in it. */
  readonly done: Code
  readonly count: Code
}

/**
 * Iterates over a [rows, channels] tensor by chunks and strips; `offset` is the strip's byte offset in a channel
 * vector.
 */
export function forEachChunkStrip(
  emitter: Emitter,
  rows: Code,
  rowBytes: Code,
  body: (strip: Strip, offset: Code, chunk: Chunk) => void,
): void {
  emitter.forEach(i32.const(0), rows, i32.const(CHUNK_ROWS), (done) => {
    const count = emitter.let('i32', minimum(i32.const(CHUNK_ROWS), i32.sub(rows, done))).get
    forEachStrip(emitter, rowBytes, STRIP_VECTORS, (strip, offset) => body(strip, offset, { done, count }))
  })
}

/** Runs `body` for every row of a chunk, with the strip's address in each of the given tensors. */
export function forEachRow(
  emitter: Emitter,
  rowBytes: Code,
  { done, count }: Chunk,
  offset: Code,
  tensors: readonly Code[],
  body: (...addresses: readonly Code[]) => void,
): void {
  const addresses = tensors.map((tensor) =>
    emitter.let('i32', i32.add(i32.add(tensor, i32.mul(done, rowBytes)), offset)),
  )
  emitter.forEach(i32.const(0), count, i32.const(1), () => {
    body(...addresses.map(({ get }) => get))
    for (const address of addresses) emitter.advance(address, rowBytes)
  })
}

/** A strip of a channel vector, held in registers. */
export const loadStrip = (emitter: Emitter, { lanes, offsets }: Strip, address: Code): readonly Local[] =>
  offsets.map((at) => emitter.let(lanes.type, lanes.load(address, at)))

/** A strip of registers initialized to zero. */
export const zeroStrip = (emitter: Emitter, { lanes, offsets }: Strip): readonly Local[] =>
  offsets.map(() => emitter.let(lanes.type, lanes.constant(0)))
