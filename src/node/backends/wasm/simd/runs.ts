import { i32, maximum, minimum } from './emitter'
import type { Emitter } from './emitter'
import type { Code } from './encoding'

/**
 * Sizes of a convolution, NHWC, in the order of the functions' parameters; `channels` is a single number for depthwise
 * convolutions.
 */
export const convolutionSizes = [
  'batch',
  'height',
  'width',
  'channels',
  'outChannels',
  'kernelHeight',
  'kernelWidth',
  'outHeight',
  'outWidth',
  'strideHeight',
  'strideWidth',
  'padTop',
  'padLeft',
] as const

export type Sizes = Readonly<Record<(typeof convolutionSizes)[number], Code>>

export interface Operands {
  readonly x: Code
  readonly filter: Code
  readonly y: Code
}

/** Bytes of one pixel of x, one tap of the filter and one pixel of y. */
export type OperandBytes = Readonly<Record<keyof Operands, Code>>

/**
 * Evenly spaced outputs that read the image through one filter tap: byte addresses of the first one, steps to the next,
 * and their count.
 */
export interface Run extends Operands {
  readonly xStep: Code
  readonly yStep: Code
  readonly count: Code
}

export type ForEachRun = (
  emitter: Emitter,
  sizes: Sizes,
  operands: Operands,
  bytes: OperandBytes,
  body: (run: Run) => void,
) => void

const { add, sub, mul, div, rem } = i32
const [zero, one] = [i32.const(0), i32.const(1)]

/** The taps along one axis that fall inside the image, for a window starting at `start`: body(tap). */
function forEachTap(emitter: Emitter, start: Code, kernel: Code, size: Code, body: (tap: Code) => void): void {
  const first = emitter.let('i32', maximum(zero, sub(zero, start))).get
  const end = emitter.let('i32', minimum(kernel, sub(size, start))).get
  emitter.forEach(first, end, one, body)
}

/** Runs along the width: for every image, output row and tap, the columns whose window includes that tap. */
export const alongWidth: ForEachRun = (emitter, sizes, operands, bytes, body) => {
  const register = (value: Code): Code => emitter.let('i32', value).get
  const xStep = register(mul(bytes.x, sizes.strideWidth))
  const gap = register(sub(sizes.strideWidth, one))
  emitter.forEach(zero, mul(sizes.batch, sizes.outHeight), one, (index) => {
    const image = register(div(index, sizes.outHeight))
    const top = register(sub(mul(rem(index, sizes.outHeight), sizes.strideHeight), sizes.padTop))
    forEachTap(emitter, top, sizes.kernelHeight, sizes.height, (tapRow) => {
      const xRow = register(mul(add(add(mul(image, sizes.height), top), tapRow), sizes.width))
      emitter.forEach(zero, sizes.kernelWidth, one, (tapColumn) => {
        const left = register(sub(tapColumn, sizes.padLeft))
        const first = register(maximum(zero, div(sub(gap, left), sizes.strideWidth)))
        const end = register(
          minimum(sizes.outWidth, div(maximum(zero, add(sub(sizes.width, left), gap)), sizes.strideWidth)),
        )
        body({
          x: register(add(operands.x, mul(add(xRow, add(mul(first, sizes.strideWidth), left)), bytes.x))),
          xStep,
          filter: register(add(operands.filter, mul(add(mul(tapRow, sizes.kernelWidth), tapColumn), bytes.filter))),
          y: register(add(operands.y, mul(add(mul(index, sizes.outWidth), first), bytes.y))),
          yStep: bytes.y,
          count: register(sub(end, first)),
        })
      })
    })
  })
}

/**
 * Runs along the batch: for every output position and every tap inside the image. Longer than runs along the width if
 * feature maps are small.
 */
export const alongBatch: ForEachRun = (emitter, sizes, operands, bytes, body) => {
  const register = (value: Code): Code => emitter.let('i32', value).get
  const xStep = register(mul(mul(sizes.height, sizes.width), bytes.x))
  const yStep = register(mul(mul(sizes.outHeight, sizes.outWidth), bytes.y))
  emitter.forEach(zero, mul(sizes.outHeight, sizes.outWidth), one, (position) => {
    const top = register(sub(mul(div(position, sizes.outWidth), sizes.strideHeight), sizes.padTop))
    const left = register(sub(mul(rem(position, sizes.outWidth), sizes.strideWidth), sizes.padLeft))
    forEachTap(emitter, top, sizes.kernelHeight, sizes.height, (tapRow) =>
      forEachTap(emitter, left, sizes.kernelWidth, sizes.width, (tapColumn) =>
        body({
          x: register(add(operands.x, mul(add(mul(add(top, tapRow), sizes.width), add(left, tapColumn)), bytes.x))),
          xStep,
          filter: register(add(operands.filter, mul(add(mul(tapRow, sizes.kernelWidth), tapColumn), bytes.filter))),
          y: register(add(operands.y, mul(position, bytes.y))),
          yStep,
          count: sizes.batch,
        }),
      ),
    )
  })
}
