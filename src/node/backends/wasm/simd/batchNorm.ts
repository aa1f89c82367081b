import { defineFunction, f32, i32 } from './emitter'
import type { Emitter, FunctionDefinition, Local } from './emitter'
import type { Code } from './encoding'
import { forEachChunkStrip, forEachRow, loadStrip, zeroStrip } from './rows'
import type { Strip } from './strips'
import { forEachStrip } from './strips'
import { atLeast } from '../../../../shared/atLeast'

/**
 * Mean and biased variance of each channel of x [rows, channels]; both outputs must be zero initially. Chunks are
 * merged with the formula of Chan, Golub and LeVeque (1979), which keeps the precision that sums of squares lose if the
 * mean is far from zero.
 */
export const batchNormStatistics = defineFunction(
  'batchNormStatistics',
  ['x', 'mean', 'variance', 'rowBytes', 'rows'],
  (emitter, { x, mean, variance, rowBytes, rows }) => {
    forEachChunkStrip(emitter, rows, rowBytes, (strip, offset, chunk) => {
      const { lanes } = strip
      const sums = zeroStrip(emitter, strip)
      forEachRow(emitter, rowBytes, chunk, offset, [x], (address) =>
        sums.forEach((sum, v) => emitter.set(sum, lanes.add(sum.get, lanes.load(address, strip.offsets[v]!)))),
      )
      const count = emitter.let('f32', i32.toFloat(chunk.count)).get
      for (const sum of sums) emitter.set(sum, lanes.div(sum.get, lanes.splat(count)))
      const squares = zeroStrip(emitter, strip)
      forEachRow(emitter, rowBytes, chunk, offset, [x], (address) =>
        squares.forEach((square, v) => {
          const centered = emitter.let(lanes.type, lanes.sub(lanes.load(address, strip.offsets[v]!), sums[v]!.get)).get
          emitter.set(square, lanes.add(square.get, lanes.mul(centered, centered)))
        }),
      )
      combineChunks(
        emitter,
        strip,
        { mean: i32.add(mean, offset), variance: i32.add(variance, offset) },
        { count, done: i32.toFloat(chunk.done) },
        sums,
        squares,
      )
    })
    forEachStrip(emitter, rowBytes, 1, ({ lanes }, offset) =>
      emitter.emit(
        lanes.store(
          i32.add(variance, offset),
          lanes.div(lanes.load(i32.add(variance, offset)), lanes.splat(i32.toFloat(rows))),
        ),
      ),
    )
  },
)

interface Totals {
  readonly mean: Code
  /** Holds the sum of squared deviations until the last chunk has been added. */
  readonly variance: Code
}

function combineChunks(
  emitter: Emitter,
  { lanes, offsets }: Strip,
  totals: Totals,
  counts: { readonly count: Code; readonly done: Code },
  means: readonly Local[],
  squares: readonly Local[],
): void {
  const share = emitter.let('f32', f32.div(counts.count, f32.add(counts.count, counts.done))).get
  offsets.forEach((at, v) => {
    const delta = emitter.let(lanes.type, lanes.sub(means[v]!.get, lanes.load(totals.mean, at))).get
    const spread = lanes.mul(lanes.mul(delta, delta), lanes.splat(f32.mul(share, counts.done)))
    emitter.emit(
      lanes.store(totals.mean, lanes.add(lanes.load(totals.mean, at), lanes.mul(delta, lanes.splat(share))), at),
      lanes.store(totals.variance, lanes.add(lanes.load(totals.variance, at), lanes.add(squares[v]!.get, spread)), at),
    )
  })
}

/** inverse = 1 / √(variance + epsilon) for `bytes` of channels. */
export const inverseDeviation = defineFunction(
  'inverseDeviation',
  ['variance', 'inverse', 'bytes', 'epsilon'],
  (emitter, { variance, inverse, bytes, epsilon }) => {
    forEachStrip(emitter, bytes, 1, ({ lanes }, offset) => {
      const deviation = lanes.sqrt(lanes.add(lanes.load(i32.add(variance, offset)), lanes.splat(epsilon)))
      emitter.emit(lanes.store(i32.add(inverse, offset), lanes.div(lanes.constant(1), deviation)))
    })
  },
  ['epsilon'],
)

const channelVectors = ['mean', 'inverse', 'scale', 'shift'] as const

/** y = clamp((x − mean) · inverse · scale + shift, floor, ceiling); x, y [rows, channels]. */
export const batchNormApply = defineFunction(
  'batchNormApply',
  ['x', 'y', ...channelVectors, 'rowBytes', 'rows', 'floor', 'ceiling'],
  (emitter, parameter) => {
    const { x, y, rowBytes, rows, floor, ceiling } = parameter
    forEachChunkStrip(emitter, rows, rowBytes, (strip, offset, chunk) => {
      const { lanes } = strip
      const [mean, inverse, scale, shift] = atLeast(
        4,
        channelVectors.map((name) => loadStrip(emitter, strip, i32.add(parameter[name], offset))),
      )
      const factor = scale.map((local, v) => emitter.let(lanes.type, lanes.mul(local.get, inverse[v]!.get)))
      const [low, high] = atLeast(
        2,
        [floor, ceiling].map((bound) => emitter.let(lanes.type, lanes.splat(bound)).get),
      )
      forEachRow(emitter, rowBytes, chunk, offset, [x, y], (from, to) =>
        strip.offsets.forEach((at, v) => {
          const value = emitter.let(
            lanes.type,
            lanes.add(lanes.mul(lanes.sub(lanes.load(from, at), mean[v]!.get), factor[v]!.get), shift[v]!.get),
          )
          emitter.set(value, lanes.atLeast(value.get, low))
          emitter.emit(lanes.store(to, lanes.atMost(value.get, high), at))
        }),
      )
    })
  },
  ['floor', 'ceiling'],
)

const gradientParameters = [
  'dy',
  'x',
  ...channelVectors,
  'dScale',
  'dShift',
  'rowBytes',
  'rows',
  'floor',
  'ceiling',
] as const
type GradientParameters = Readonly<Record<(typeof gradientParameters)[number], Code>>

interface GradientStrip {
  readonly centered: Code
  /** dy where the activation passes it on. */
  readonly dy: Code
}

/** Reads x − mean and dy at one position; with an activation, dy counts only where floor < y < ceiling. */
function readGradient(
  emitter: Emitter,
  strip: Strip,
  activated: boolean,
  parameter: GradientParameters,
  offset: Code,
): (addresses: readonly Code[], v: number) => GradientStrip {
  const { lanes, offsets } = strip
  const mean = loadStrip(emitter, strip, i32.add(parameter.mean, offset))
  const factor = activated
    ? offsets.map((at) =>
        emitter.let(
          lanes.type,
          lanes.mul(
            lanes.load(i32.add(parameter.scale, offset), at),
            lanes.load(i32.add(parameter.inverse, offset), at),
          ),
        ),
      )
    : []
  const shift = activated ? loadStrip(emitter, strip, i32.add(parameter.shift, offset)) : []
  return (addresses, v) => {
    const [dyAddress, xAddress] = atLeast(2, addresses)
    const centered = emitter.let(lanes.type, lanes.sub(lanes.load(xAddress, offsets[v]!), mean[v]!.get)).get
    const dy = lanes.load(dyAddress, offsets[v]!)
    if (!activated) return { centered, dy: emitter.let(lanes.type, dy).get }
    const y = emitter.let(lanes.type, lanes.add(lanes.mul(centered, factor[v]!.get), shift[v]!.get)).get
    return {
      centered,
      dy: emitter.let(
        lanes.type,
        lanes.whereLess(lanes.whereLess(dy, lanes.splat(parameter.floor), y), y, lanes.splat(parameter.ceiling)),
      ).get,
    }
  }
}

/** dShift += Σ dy, dScale += Σ dy · (x − mean) · inverse over rows; both must be zero initially. */
const gradientSums = (activated: boolean): FunctionDefinition =>
  defineFunction(
    activated ? 'activatedGradientSums' : 'gradientSums',
    gradientParameters,
    (emitter, parameter) => {
      const { dy, x, inverse, dScale, dShift, rowBytes, rows } = parameter
      forEachChunkStrip(emitter, rows, rowBytes, (strip, offset, chunk) => {
        const { lanes } = strip
        const read = readGradient(emitter, strip, activated, parameter, offset)
        const [shifts, scales] = [zeroStrip(emitter, strip), zeroStrip(emitter, strip)]
        forEachRow(emitter, rowBytes, chunk, offset, [dy, x], (...addresses) =>
          strip.offsets.forEach((_, v) => {
            const value = read(addresses, v)
            emitter.set(shifts[v]!, lanes.add(shifts[v]!.get, value.dy))
            emitter.set(scales[v]!, lanes.add(scales[v]!.get, lanes.mul(value.dy, value.centered)))
          }),
        )
        const [toScale, toShift, inverses] = atLeast(
          3,
          [dScale, dShift, inverse].map((vector) => i32.add(vector, offset)),
        )
        strip.offsets.forEach((at, v) =>
          emitter.emit(
            lanes.store(toShift, lanes.add(lanes.load(toShift, at), shifts[v]!.get), at),
            lanes.store(
              toScale,
              lanes.add(lanes.load(toScale, at), lanes.mul(scales[v]!.get, lanes.load(inverses, at))),
              at,
            ),
          ),
        )
      })
    },
    ['floor', 'ceiling'],
  )

/**
 * dx = scale · inverse · (dy − dShift · share − (x − mean) · inverse · dScale · share), where `share` is 1 / number of
 * rows summed over.
 */
const gradientInput = (activated: boolean): FunctionDefinition =>
  defineFunction(
    activated ? 'activatedGradientInput' : 'gradientInput',
    [...gradientParameters, 'dx', 'share'],
    (emitter, parameter) => {
      const { dy, x, dx, rowBytes, rows, share } = parameter
      forEachChunkStrip(emitter, rows, rowBytes, (strip, offset, chunk) => {
        const { lanes } = strip
        const vectorAt = (name: 'scale' | 'inverse' | 'dScale' | 'dShift', at: number): Code =>
          lanes.load(i32.add(parameter[name], offset), at)
        const register = (value: Code): Local => emitter.let(lanes.type, value)
        const read = readGradient(emitter, strip, activated, parameter, offset)
        const factor = strip.offsets.map((at) => register(lanes.mul(vectorAt('scale', at), vectorAt('inverse', at))))
        const slope = strip.offsets.map((at, v) =>
          register(
            lanes.mul(
              lanes.mul(factor[v]!.get, vectorAt('inverse', at)),
              lanes.mul(vectorAt('dScale', at), lanes.splat(share)),
            ),
          ),
        )
        const constant = strip.offsets.map((at, v) =>
          register(lanes.mul(factor[v]!.get, lanes.mul(vectorAt('dShift', at), lanes.splat(share)))),
        )
        forEachRow(emitter, rowBytes, chunk, offset, [dy, x, dx], (...addresses) =>
          strip.offsets.forEach((at, v) => {
            const value = read(addresses, v)
            const moved = lanes.sub(lanes.mul(value.dy, factor[v]!.get), lanes.mul(value.centered, slope[v]!.get))
            emitter.emit(lanes.store(addresses[2]!, lanes.sub(moved, constant[v]!.get), at))
          }),
        )
      })
    },
    ['floor', 'ceiling', 'share'],
  )

export const batchNormGradients: readonly FunctionDefinition[] = [
  gradientSums(false),
  gradientSums(true),
  gradientInput(false),
  gradientInput(true),
]
