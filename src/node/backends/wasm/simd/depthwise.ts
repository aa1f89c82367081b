import { defineFunction, i32 } from './emitter'
import type { Emitter, FunctionDefinition } from './emitter'
import type { Code } from './encoding'
import { loadStrip } from './rows'
import { alongBatch, alongWidth, convolutionSizes } from './runs'
import type { ForEachRun, Run } from './runs'
import type { Strip } from './strips'
import { forEachStrip } from './strips'
import { atLeast } from '../../../../shared/atLeast'

const FLOAT_BYTES = 4
const STRIP_VECTORS = 4

type StripWriter = (emitter: Emitter, strip: Strip, run: Run, offset: Code) => void

/**
 * Depthwise convolution with one output per channel: x and y [n, h, w, c], filter [kh, kw, c]. The output must be zero
 * initially.
 */
function depthwiseFunction(name: string, forEachRun: ForEachRun, write: StripWriter): FunctionDefinition {
  return defineFunction(name, ['x', 'filter', 'y', ...convolutionSizes], (emitter, { x, filter, y, ...sizes }) => {
    const pixel = emitter.let('i32', i32.mul(sizes.channels, i32.const(FLOAT_BYTES))).get
    forEachRun(emitter, sizes, { x, filter, y }, { x: pixel, filter: pixel, y: pixel }, (run) =>
      forEachStrip(emitter, pixel, STRIP_VECTORS, (strip, offset) => write(emitter, strip, run, offset)),
    )
  })
}

/** Visits the outputs of a run: body(address in x, address in y). */
function forEachOutput(emitter: Emitter, run: Run, offset: Code, body: (x: Code, y: Code) => void): void {
  const [x, y] = atLeast(
    2,
    [run.x, run.y].map((address) => emitter.let('i32', i32.add(address, offset))),
  )
  emitter.forEach(i32.const(0), run.count, i32.const(1), () => {
    body(x.get, y.get)
    emitter.advance(x, run.xStep)
    emitter.advance(y, run.yStep)
  })
}

/** y += filter · x. */
const forward: StripWriter = (emitter, strip, run, offset) => {
  const { lanes, offsets } = strip
  const weights = loadStrip(emitter, strip, i32.add(run.filter, offset))
  forEachOutput(emitter, run, offset, (x, y) =>
    offsets.forEach((at, v) =>
      emitter.emit(lanes.store(y, lanes.multiplyAdd(weights[v]!.get, lanes.load(x, at), lanes.load(y, at)), at)),
    ),
  )
}

/** x += filter · y, where y is the gradient. */
const inputGradient: StripWriter = (emitter, strip, run, offset) => {
  const { lanes, offsets } = strip
  const weights = loadStrip(emitter, strip, i32.add(run.filter, offset))
  forEachOutput(emitter, run, offset, (x, y) =>
    offsets.forEach((at, v) =>
      emitter.emit(lanes.store(x, lanes.multiplyAdd(weights[v]!.get, lanes.load(y, at), lanes.load(x, at)), at)),
    ),
  )
}

/** filter += Σ x · y, where y is the gradient. */
const filterGradient: StripWriter = (emitter, strip, run, offset) => {
  const { lanes, offsets } = strip
  const address = i32.add(run.filter, offset)
  const sums = loadStrip(emitter, strip, address)
  forEachOutput(emitter, run, offset, (x, y) =>
    sums.forEach((sum, v) =>
      emitter.set(sum, lanes.multiplyAdd(lanes.load(x, offsets[v]), lanes.load(y, offsets[v]), sum.get)),
    ),
  )
  offsets.forEach((at, v) => emitter.emit(lanes.store(address, sums[v]!.get, at)))
}

const writers = {
  depthwise: forward,
  depthwiseInputGradient: inputGradient,
  depthwiseFilterGradient: filterGradient,
} as const

export const depthwiseFunctions: readonly FunctionDefinition[] = Object.entries(writers).flatMap(([name, write]) => [
  depthwiseFunction(name, alongWidth, write),
  depthwiseFunction(`${name}ByBatch`, alongBatch, write),
])
