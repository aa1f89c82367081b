import { i32 } from './emitter'
import type { Emitter } from './emitter'
import type { Code } from './encoding'
import { scalarLanes, vectorLanes } from './lanes'
import type { Lanes } from './lanes'

/** Adjacent channels processed together: `vectors` registers of equal width. */
export interface Strip {
  readonly lanes: Lanes
  readonly vectors: number
  /** Byte offsets of the registers within the strip. */
  readonly offsets: readonly number[]
}

const strip = (lanes: Lanes, vectors: number): Strip => ({
  lanes,
  vectors,
  offsets: Array.from({ length: vectors }, (_, index) => index * lanes.bytes),
})

const bytesOf = ({ lanes, vectors }: Strip): number => lanes.bytes * vectors

/**
 * Covers `bytes` of floats with wide strips, then single vectors, then single floats; `body` receives each strip's byte
 * offset.
 */
export function forEachStrip(
  emitter: Emitter,
  bytes: Code,
  vectors: number,
  body: (strip: Strip, offset: Code) => void,
): void {
  const widths =
    vectors > 1
      ? [strip(vectorLanes, vectors), strip(vectorLanes, 1), strip(scalarLanes, 1)]
      : [strip(vectorLanes, 1), strip(scalarLanes, 1)]
  const offset = emitter.let('i32', i32.const(0))
  for (const width of widths) {
    emitter.loopWhile(i32.lessEqual(i32.add(offset.get, i32.const(bytesOf(width))), bytes), () => {
      body(width, offset.get)
      emitter.advance(offset, i32.const(bytesOf(width)))
    })
  }
}
