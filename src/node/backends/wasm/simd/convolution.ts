import { call, defineFunction, i32 } from './emitter'
import type { FunctionDefinition } from './emitter'
import type { Code } from './encoding'
import { alongBatch, alongWidth, convolutionSizes } from './runs'
import type { ForEachRun, Run, Sizes } from './runs'
import { atLeast } from '../../../../shared/atLeast'

const FLOAT = i32.const(4)

/** Operands of gemm for one run; `pixel` and `outPixel` are bytes per pixel of x and y. */
type Product = (run: Run, sizes: Sizes, pixel: Code, outPixel: Code) => readonly Code[]

/** y += x · filter, filter [kh, kw, channels, outChannels]. */
const forward: Product = (run, { channels, outChannels }, _pixel, outPixel) => [
  run.x,
  run.xStep,
  FLOAT,
  run.filter,
  outPixel,
  run.y,
  run.yStep,
  run.count,
  outChannels,
  channels,
]

/**
 * x += y · filter, where y is the gradient and each tap of the filter is transposed: [kh, kw, outChannels, channels].
 */
const inputGradient: Product = (run, { channels, outChannels }, pixel) => [
  run.y,
  run.yStep,
  FLOAT,
  run.filter,
  pixel,
  run.x,
  run.xStep,
  run.count,
  channels,
  outChannels,
]

/** filter += Σ xᵀ · y, where y is the gradient. */
const filterGradient: Product = (run, { channels, outChannels }, _pixel, outPixel) => [
  run.x,
  FLOAT,
  run.xStep,
  run.y,
  run.yStep,
  run.filter,
  outPixel,
  channels,
  outChannels,
  run.count,
]

/** Dense convolution as one matrix product per run; the output must be zero initially. */
function convolutionFunction(name: string, gemm: number, forEachRun: ForEachRun, product: Product): FunctionDefinition {
  return defineFunction(name, ['x', 'filter', 'y', ...convolutionSizes], (emitter, { x, filter, y, ...sizes }) => {
    const [pixel, outPixel] = atLeast(
      2,
      [sizes.channels, sizes.outChannels].map((count) => emitter.let('i32', i32.mul(count, FLOAT)).get),
    )
    const tap = emitter.let('i32', i32.mul(pixel, sizes.outChannels)).get
    forEachRun(emitter, sizes, { x, filter, y }, { x: pixel, filter: tap, y: outPixel }, (run) =>
      emitter.when(i32.greater(run.count, i32.const(0)), () =>
        emitter.emit(call(gemm, ...product(run, sizes, pixel, outPixel))),
      ),
    )
  })
}

const products = {
  convolution: forward,
  convolutionInputGradient: inputGradient,
  convolutionFilterGradient: filterGradient,
} as const

/** `gemm` is the function's index in the module. */
export const convolutionFunctions = (gemm: number): readonly FunctionDefinition[] =>
  Object.entries(products).flatMap(([name, product]) => [
    convolutionFunction(name, gemm, alongWidth, product),
    convolutionFunction(`${name}ByBatch`, gemm, alongBatch, product),
  ])
