import type { TensorInfo } from '@tensorflow/tfjs-core'
import { integers, zeroOutput } from './heap'
import type { KernelCall } from './heap'

/** Sizes of a depthwise convolution, NHWC; `multiplier` output channels for each input channel. */
interface Geometry {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly multiplier: number
  readonly kernel: readonly number[]
  readonly outHeight: number
  readonly outWidth: number
  readonly strides: readonly number[]
  readonly pads: readonly number[]
}

function geometryOf(xShape: readonly number[], filterShape: readonly number[], dyShape: readonly number[], { attributes }: KernelCall): Geometry {
  const [batch, height, width, channels] = xShape
  return {
    batch, height, width, channels, multiplier: filterShape[3], kernel: filterShape, outHeight: dyShape[1], outWidth: dyShape[2],
    strides: integers(attributes, 'strides'), pads: integers(attributes, 'pads'),
  }
}

/** Calls `visit` for every output pixel and filter tap that falls inside the image, with the offsets of their channel vectors. */
function forEachTap(geometry: Geometry, visit: (xOffset: number, filterOffset: number, dyOffset: number) => void): void {
  const { batch, height, width, channels, multiplier, kernel: [kernelHeight, kernelWidth], outHeight, outWidth, strides, pads } = geometry
  const outChannels = channels * multiplier
  for (let n = 0; n < batch; n++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      for (let tapRow = 0; tapRow < kernelHeight; tapRow++) {
        const row = outRow * strides[0] - pads[0] + tapRow
        if (row < 0 || row >= height) continue
        for (let outColumn = 0; outColumn < outWidth; outColumn++) {
          const dyOffset = ((n * outHeight + outRow) * outWidth + outColumn) * outChannels
          for (let tapColumn = 0; tapColumn < kernelWidth; tapColumn++) {
            const column = outColumn * strides[1] - pads[1] + tapColumn
            if (column < 0 || column >= width) continue
            visit(((n * height + row) * width + column) * channels, (tapRow * kernelWidth + tapColumn) * outChannels, dyOffset)
          }
        }
      }
    }
  }
}

/** Gradient of a depthwise convolution by its filter [kh, kw, c, m]. */
export function depthwiseFilterGradient(call: KernelCall): TensorInfo {
  const { inputs: { x, dy }, attributes, heap } = call
  const output = zeroOutput(heap, integers(attributes, 'filterShape'))
  const [from, gradient, result] = [x, dy, output].map((tensor) => heap.typedArrayFromHeap(tensor))
  const geometry = geometryOf(x.shape, output.shape, dy.shape, call)
  const { channels, multiplier } = geometry
  forEachTap(geometry, (xOffset, filterOffset, dyOffset) => {
    if (multiplier === 1) {
      for (let channel = 0; channel < channels; channel++) result[filterOffset + channel] += from[xOffset + channel] * gradient[dyOffset + channel]
      return
    }
    for (let channel = 0; channel < channels * multiplier; channel++) result[filterOffset + channel] += from[xOffset + Math.floor(channel / multiplier)] * gradient[dyOffset + channel]
  })
  return output
}

/** Gradient of a depthwise convolution by its input [n, h, w, c]. */
export function depthwiseInputGradient(call: KernelCall): TensorInfo {
  const { inputs: { dy, filter }, attributes, heap } = call
  const output = zeroOutput(heap, integers(attributes, 'xShape'))
  const [gradient, weights, result] = [dy, filter, output].map((tensor) => heap.typedArrayFromHeap(tensor))
  const geometry = geometryOf(output.shape, filter.shape, dy.shape, call)
  const { channels, multiplier } = geometry
  forEachTap(geometry, (xOffset, filterOffset, dyOffset) => {
    if (multiplier === 1) {
      for (let channel = 0; channel < channels; channel++) result[xOffset + channel] += weights[filterOffset + channel] * gradient[dyOffset + channel]
      return
    }
    for (let channel = 0; channel < channels * multiplier; channel++) result[xOffset + Math.floor(channel / multiplier)] += weights[filterOffset + channel] * gradient[dyOffset + channel]
  })
  return output
}
