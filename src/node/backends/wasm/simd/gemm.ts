import { defineFunction, i32, minimum } from './emitter'
import type { Emitter } from './emitter'
import type { Code } from './encoding'
import type { Strip } from './strips'
import { forEachStrip } from './strips'

const FLOAT_BYTES = 4
/**
 * Tile heights, tallest first: with two vectors of columns, the twelve sums and their operands fit into sixteen
 * registers.
 */
const TILE_ROWS = [6, 2, 1]
const TILE_VECTORS = 2
/** Depth that a tile processes before the next tile starts, so that the rows of b it reads stay cached. */
const DEPTH_BLOCK = 128

interface Tile {
  readonly rows: number
  readonly a: Code
  readonly aRow: Code
  readonly aStep: Code
  readonly b: Code
  readonly bStep: Code
  readonly out: Code
  readonly outRow: Code
  readonly depth: Code
}

/**
 * out[i, j] += Σ_k a[i, k] · b[k, j] for `rows` × `columns` and k < `depth`. Strides are in bytes: aRow and outRow from
 * one i to the next, aStep and bStep from one k to the next. Adjacent j are adjacent floats.
 */
export const gemm = defineFunction(
  'gemm',
  ['a', 'aRow', 'aStep', 'b', 'bStep', 'out', 'outRow', 'rows', 'columns', 'depth'],
  (emitter, { a, b, out, rows, columns, depth, ...strides }) => {
    const bytes = emitter.let('i32', i32.mul(columns, i32.const(FLOAT_BYTES))).get
    emitter.forEach(i32.const(0), depth, i32.const(DEPTH_BLOCK), (done) => {
      const block = emitter.let('i32', minimum(i32.const(DEPTH_BLOCK), i32.sub(depth, done))).get
      const [aBlock, bBlock] = [offset(emitter, a, done, strides.aStep), offset(emitter, b, done, strides.bStep)]
      const row = emitter.let('i32', i32.const(0))
      for (const height of TILE_ROWS) {
        emitter.loopWhile(i32.lessEqual(i32.add(row.get, i32.const(height)), rows), () => {
          const [aTile, outTile] = [
            offset(emitter, aBlock, row.get, strides.aRow),
            offset(emitter, out, row.get, strides.outRow),
          ]
          forEachStrip(emitter, bytes, TILE_VECTORS, (strip, column) =>
            multiplyTile(emitter, strip, {
              ...strides,
              rows: height,
              a: aTile,
              b: i32.add(bBlock, column),
              out: i32.add(outTile, column),
              depth: block,
            }),
          )
          emitter.advance(row, i32.const(height))
        })
      }
    })
  },
)

const offset = (emitter: Emitter, base: Code, count: Code, stride: Code): Code =>
  emitter.let('i32', i32.add(base, i32.mul(count, stride))).get

function multiplyTile(emitter: Emitter, { lanes, offsets }: Strip, tile: Tile): void {
  const rows = Array.from({ length: tile.rows }, (_, row) => row)
  const outs = rows.map((row) => offset(emitter, tile.out, i32.const(row), tile.outRow))
  const sums = outs.map((out) => offsets.map((at) => emitter.let(lanes.type, lanes.load(out, at))))
  const as = rows.map((row) => emitter.let('i32', i32.add(tile.a, i32.mul(i32.const(row), tile.aRow))))
  const b = emitter.let('i32', tile.b)
  emitter.forEach(i32.const(0), tile.depth, i32.const(1), () => {
    const factors = offsets.map((at) => emitter.let(lanes.type, lanes.load(b.get, at)))
    as.forEach((a, row) => {
      const factor = emitter.let(lanes.type, lanes.loadSplat(a.get))
      factors.forEach((other, vector) =>
        emitter.set(sums[row]![vector]!, lanes.multiplyAdd(factor.get, other.get, sums[row]![vector]!.get)),
      )
      emitter.advance(a, tile.aStep)
    })
    emitter.advance(b, tile.bStep)
  })
  outs.forEach((out, row) =>
    offsets.forEach((at, vector) => emitter.emit(lanes.store(out, sums[row]![vector]!.get, at))),
  )
}
