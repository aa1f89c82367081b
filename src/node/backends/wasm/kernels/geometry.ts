import type { KernelCall } from './kernel'
import { integers } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Feature maps narrower than this have longer runs along the batch than along the width. */
const NARROW = 8

/** Sizes in the order used by simd/runs.ts, and the suffix of the matching function. */
export interface Geometry {
  readonly sizes: readonly [
    batch: number,
    height: number,
    width: number,
    channels: number,
    outChannels: number,
    kernelHeight: number,
    kernelWidth: number,
    outHeight: number,
    outWidth: number,
    strideHeight: number,
    strideWidth: number,
    padTop: number,
    padLeft: number,
  ]
  readonly variant: '' | 'ByBatch'
}

export function geometryOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  yShape: readonly number[],
  { attributes }: KernelCall,
): Geometry {
  const [batch, height, width, channels] = atLeast(4, xShape)
  const [, outHeight, outWidth, outChannels] = atLeast(4, yShape)
  const [strideHeight, strideWidth] = atLeast(2, integers(attributes, 'strides'))
  const [padTop, padLeft] = atLeast(2, integers(attributes, 'pads'))
  return {
    sizes: [
      batch,
      height,
      width,
      channels,
      outChannels,
      filterShape[0]!,
      filterShape[1]!,
      outHeight,
      outWidth,
      strideHeight,
      strideWidth,
      padTop,
      padLeft,
    ],
    variant: outWidth < NARROW && outWidth < batch ? 'ByBatch' : '',
  }
}

/** Output shape of a convolution with `channels` channels. */
export function outputShape(
  xShape: readonly number[],
  filterShape: readonly number[],
  channels: number,
  { attributes }: KernelCall,
): readonly number[] {
  const [batch, height, width] = atLeast(3, xShape)
  const [kernelHeight, kernelWidth] = atLeast(2, filterShape)
  const [strideHeight, strideWidth] = atLeast(2, integers(attributes, 'strides'))
  const [top, left, bottom, right] = atLeast(4, integers(attributes, 'pads'))
  const size = (input: number, kernel: number, stride: number): number => Math.floor((input - kernel) / stride) + 1
  return [
    batch,
    size(height + top + bottom, kernelHeight, strideHeight),
    size(width + left + right, kernelWidth, strideWidth),
    channels,
  ]
}
