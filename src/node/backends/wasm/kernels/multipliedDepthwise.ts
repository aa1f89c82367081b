import type { TensorInfo } from '@tensorflow/tfjs-core'
import { geometryOf, outputShape } from './geometry'
import type { Geometry } from './geometry'
import { integers } from './kernel'
import type { KernelCall } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Depthwise convolution with several outputs per channel; rare, so plain loops suffice. */

/**
 * Calls `visit` for every output pixel and every filter tap inside the image, with the offsets of their channel
 * vectors.
 */
function forEachTap(
  sizes: Geometry['sizes'],
  visit: (xOffset: number, filterOffset: number, yOffset: number) => void,
): void {
  const [
    batch,
    height,
    width,
    channels,
    outChannels,
    kernelHeight,
    kernelWidth,
    outHeight,
    outWidth,
    strideHeight,
    strideWidth,
    padTop,
    padLeft,
  ] = sizes
  for (let pixel = 0; pixel < batch * outHeight * outWidth; pixel++) {
    const image = Math.floor(pixel / (outHeight * outWidth))
    const top = (Math.floor(pixel / outWidth) % outHeight) * strideHeight - padTop
    const left = (pixel % outWidth) * strideWidth - padLeft
    for (let tapRow = Math.max(0, -top); tapRow < Math.min(kernelHeight, height - top); tapRow++) {
      for (let tapColumn = Math.max(0, -left); tapColumn < Math.min(kernelWidth, width - left); tapColumn++) {
        visit(
          ((image * height + top + tapRow) * width + left + tapColumn) * channels,
          (tapRow * kernelWidth + tapColumn) * outChannels,
          pixel * outChannels,
        )
      }
    }
  }
}

type Update = (
  x: Float32Array,
  filter: Float32Array,
  y: Float32Array,
  xIndex: number,
  filterIndex: number,
  yIndex: number,
) => void

function visitProducts(call: KernelCall, x: TensorInfo, filter: TensorInfo, y: TensorInfo, update: Update): void {
  const { sizes } = geometryOf(x.shape, filter.shape, y.shape, call)
  const [, , channels, multiplier] = atLeast(4, filter.shape)
  const [xs, filters, ys] = atLeast(
    3,
    [x, filter, y].map((tensor) => call.heap.view(tensor)),
  )
  forEachTap(sizes, (xOffset, filterOffset, yOffset) => {
    for (let out = 0; out < channels * multiplier; out++)
      update(xs, filters, ys, xOffset + Math.floor(out / multiplier), filterOffset + out, yOffset + out)
  })
}

export function multipliedDepthwise(call: KernelCall): TensorInfo {
  const {
    inputs: { x, filter },
    heap,
  } = call
  const y = heap.zeros(outputShape(x.shape, filter.shape, filter.shape[2]! * filter.shape[3]!, call))
  visitProducts(
    call,
    x,
    filter,
    y,
    (xs, filters, ys, xAt, filterAt, yAt) => void (ys[yAt]! += xs[xAt]! * filters[filterAt]!),
  )
  return y
}

export function multipliedDepthwiseInputGradient(call: KernelCall): TensorInfo {
  const {
    inputs: { dy, filter },
    attributes,
    heap,
  } = call
  const dx = heap.zeros(integers(attributes, 'xShape'))
  visitProducts(
    call,
    dx,
    filter,
    dy,
    (xs, filters, ys, xAt, filterAt, yAt) => void (xs[xAt]! += ys[yAt]! * filters[filterAt]!),
  )
  return dx
}

export function multipliedDepthwiseFilterGradient(call: KernelCall): TensorInfo {
  const {
    inputs: { x, dy },
    attributes,
    heap,
  } = call
  const gradient = heap.zeros(integers(attributes, 'filterShape'))
  visitProducts(
    call,
    x,
    gradient,
    dy,
    (xs, filters, ys, xAt, filterAt, yAt) => void (filters[filterAt]! += xs[xAt]! * ys[yAt]!),
  )
  return gradient
}
