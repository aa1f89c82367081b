import { defineFunction, i32, minimum } from './emitter'
import type { Emitter, FunctionDefinition } from './emitter'
import type { Code } from './encoding'
import { scalarLanes } from './lanes'
import type { Lanes } from './lanes'
import { forEachChunkStrip, forEachRow, zeroStrip } from './rows'
import { forEachStrip } from './strips'
import { atLeast } from '../../../../shared/atLeast'

/** Rows that one transpose pass reads together, so that their cache lines stay cached. */
const TRANSPOSED_ROWS = 16

/** y = min(max(x, 0), ceiling) for `bytes` of floats; preserves NaN, so that divergence shows. */
export const relu = defineFunction(
  'relu',
  ['x', 'y', 'bytes', 'ceiling'],
  (emitter, { x, y, bytes, ceiling }) => {
    forEachStrip(emitter, bytes, 1, ({ lanes }, offset) => {
      const value = emitter.let(lanes.type, lanes.load(i32.add(x, offset)))
      emitter.set(value, lanes.atLeast(value.get, lanes.constant(0)))
      emitter.emit(lanes.store(i32.add(y, offset), lanes.atMost(value.get, lanes.splat(ceiling))))
    })
  },
  ['ceiling'],
)

/** dx = dy where 0 < y < ceiling, else 0. */
export const reluGradient = defineFunction(
  'reluGradient',
  ['dy', 'y', 'dx', 'bytes', 'ceiling'],
  (emitter, { dy, y, dx, bytes, ceiling }) => {
    forEachStrip(emitter, bytes, 1, ({ lanes }, offset) => {
      const value = emitter.let(lanes.type, lanes.load(i32.add(y, offset))).get
      const positive = lanes.whereLess(lanes.load(i32.add(dy, offset)), lanes.constant(0), value)
      emitter.emit(lanes.store(i32.add(dx, offset), lanes.whereLess(positive, value, lanes.splat(ceiling))))
    })
  },
  ['ceiling'],
)

/** y = a + b for `bytes` of floats; y may alias a or b. */
export const sum = defineFunction('sum', ['a', 'b', 'y', 'bytes'], (emitter, { a, b, y, bytes }) => {
  forEachStrip(emitter, bytes, 1, ({ lanes }, offset) =>
    emitter.emit(
      lanes.store(i32.add(y, offset), lanes.add(lanes.load(i32.add(a, offset)), lanes.load(i32.add(b, offset)))),
    ),
  )
})

/** out [columns, rows] = x [rows, columns] transposed. */
export const transpose = defineFunction(
  'transpose',
  ['x', 'out', 'rows', 'columns'],
  (emitter, { x, out, rows, columns }) => {
    const [rowBytes, outBytes] = atLeast(
      2,
      [columns, rows].map((count) => emitter.let('i32', i32.mul(count, i32.const(scalarLanes.bytes))).get),
    )
    emitter.forEach(i32.const(0), rows, i32.const(TRANSPOSED_ROWS), (row) => {
      const end = emitter.let('i32', minimum(rows, i32.add(row, i32.const(TRANSPOSED_ROWS)))).get
      emitter.forEach(i32.const(0), columns, i32.const(1), (column) => {
        const columnOffset = i32.mul(column, i32.const(scalarLanes.bytes))
        const from = emitter.let('i32', i32.add(i32.add(x, i32.mul(row, rowBytes)), columnOffset))
        const to = emitter.let(
          'i32',
          i32.add(i32.add(out, i32.mul(column, outBytes)), i32.mul(row, i32.const(scalarLanes.bytes))),
        )
        emitter.forEach(row, end, i32.const(1), () => {
          emitter.emit(scalarLanes.store(to.get, scalarLanes.load(from.get)))
          emitter.advance(from, rowBytes)
          emitter.advance(to, i32.const(scalarLanes.bytes))
        })
      })
    })
  },
)

/** sums += Σ over rows of x [rows, channels]; `sums` must be zero initially. */
export const columnSums = defineFunction(
  'columnSums',
  ['x', 'sums', 'rowBytes', 'rows'],
  (emitter, { x, sums, rowBytes, rows }) => {
    forEachChunkStrip(emitter, rows, rowBytes, (strip, offset, chunk) => {
      const { lanes, offsets } = strip
      const totals = zeroStrip(emitter, strip)
      forEachRow(emitter, rowBytes, chunk, offset, [x], (address) =>
        totals.forEach((total, v) => emitter.set(total, lanes.add(total.get, lanes.load(address, offsets[v]!)))),
      )
      const to = i32.add(sums, offset)
      totals.forEach((total, v) =>
        emitter.emit(lanes.store(to, lanes.add(lanes.load(to, offsets[v]), total.get), offsets[v])),
      )
    })
  },
)

interface Grid {
  readonly lanes: Lanes
  readonly x: Code
  readonly scale: Code
  readonly zeroPoint: Code
}

/** round(x / scale) + zeroPoint in a register. */
function integers(emitter: Emitter, { lanes, x, scale, zeroPoint }: Grid): Code {
  return emitter.let(lanes.type, lanes.add(lanes.nearest(lanes.div(x, scale)), zeroPoint)).get
}

/**
 * Quantizes and dequantizes x [rows, channels], or computes the gradient. scale and zeroPoint have one float per
 * channel, or a single one if `shared`.
 */
function fakeQuantFunction(name: string, shared: boolean, gradient: boolean): FunctionDefinition {
  return defineFunction(
    name,
    ['x', 'dy', 'scale', 'zeroPoint', 'out', 'rowBytes', 'rows', 'qmin', 'qmax'],
    (emitter, { x, dy, scale, zeroPoint, out, rowBytes, rows, qmin, qmax }) => {
      emitter.forEach(i32.const(0), rows, i32.const(1), (row) => {
        const start = emitter.let('i32', i32.mul(row, rowBytes)).get
        forEachStrip(emitter, rowBytes, 1, ({ lanes }, offset) => {
          const channel = (vector: Code): Code =>
            emitter.let(lanes.type, shared ? lanes.loadSplat(vector) : lanes.load(i32.add(vector, offset))).get
          const at = (tensor: Code): Code => i32.add(i32.add(tensor, start), offset)
          const grid = { lanes, x: lanes.load(at(x)), scale: channel(scale), zeroPoint: channel(zeroPoint) }
          const q = integers(emitter, grid)
          const [low, high] = [lanes.splat(qmin), lanes.splat(qmax)]
          if (gradient)
            return emitter.emit(
              lanes.store(at(out), lanes.whereLessEqual(lanes.whereLessEqual(lanes.load(at(dy)), low, q), q, high)),
            )
          const clipped = emitter.let(lanes.type, lanes.atLeast(q, low))
          emitter.set(clipped, lanes.atMost(clipped.get, high))
          emitter.emit(lanes.store(at(out), lanes.mul(lanes.sub(clipped.get, grid.zeroPoint), grid.scale)))
        })
      })
    },
    ['qmin', 'qmax'],
  )
}

export const fakeQuantFunctions: readonly FunctionDefinition[] = [
  fakeQuantFunction('fakeQuant', false, false),
  fakeQuantFunction('sharedFakeQuant', true, false),
  fakeQuantFunction('fakeQuantGradient', false, true),
  fakeQuantFunction('sharedFakeQuantGradient', true, true),
]
