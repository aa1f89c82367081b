import type { KernelCall } from './kernel'
import { integers } from './kernel'

/** Feature maps narrower than this have longer runs along the batch than along the width. */
const NARROW = 8

/** Sizes in the order used by simd/runs.ts, and the suffix of the matching function. */
export interface Geometry {
  readonly sizes: readonly number[]
  readonly variant: '' | 'ByBatch'
}

export function geometryOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  yShape: readonly number[],
  { attributes }: KernelCall,
): Geometry {
  const [batch, height, width, channels] = xShape
  const [, outHeight, outWidth, outChannels] = yShape
  const [strideHeight, strideWidth] = integers(attributes, 'strides')
  const [padTop, padLeft] = integers(attributes, 'pads')
  return {
    sizes: [
      batch,
      height,
      width,
      channels,
      outChannels,
      filterShape[0],
      filterShape[1],
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
  [batch, height, width]: readonly number[],
  [kernelHeight, kernelWidth]: readonly number[],
  channels: number,
  { attributes }: KernelCall,
): readonly number[] {
  const [strideHeight, strideWidth] = integers(attributes, 'strides')
  const [top, left, bottom, right] = integers(attributes, 'pads')
  const size = (input: number, kernel: number, stride: number): number => Math.floor((input - kernel) / stride) + 1
  return [
    batch,
    size(height + top + bottom, kernelHeight, strideHeight),
    size(width + left + right, kernelWidth, strideWidth),
    channels,
  ]
}
