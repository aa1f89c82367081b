import { backend_util } from '@tensorflow/tfjs-core'
import { integers } from './kernel'
import type { WasmKernel } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Gradient of max pooling: dy goes to the first maximum of each window. */
export const maxPoolGradient: WasmKernel = ({ inputs: { dy, input, output }, attributes, heap }) => {
  const [filterSize, strides] = atLeast(
    2,
    ['filterSize', 'strides'].map((name) => integers(attributes, name) as [number, number]),
  )
  const plan = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    attributes['pad'] as 'valid' | 'same',
  )
  const dx = heap.zeros(input.shape)
  const [gradients, x, y, result] = atLeast(4, [dy, input, output, dx].map(heap.view))
  const {
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    effectiveFilterHeight,
    effectiveFilterWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = plan
  const found = new Uint8Array(inChannels)
  for (let pixel = 0; pixel < batchSize * outHeight * outWidth; pixel++) {
    const image = Math.floor(pixel / (outHeight * outWidth))
    const top = (Math.floor(pixel / outWidth) % outHeight) * strideHeight - padInfo.top
    const left = (pixel % outWidth) * strideWidth - padInfo.left
    found.fill(0)
    for (let row = Math.max(0, top); row < Math.min(inHeight, top + effectiveFilterHeight); row++) {
      for (let column = Math.max(0, left); column < Math.min(inWidth, left + effectiveFilterWidth); column++) {
        const start = ((image * inHeight + row) * inWidth + column) * inChannels
        for (let channel = 0; channel < inChannels; channel++) {
          const at = pixel * inChannels + channel
          if (found[channel] !== 0 || x[start + channel] !== y[at]) continue
          found[channel] = 1
          result[start + channel]! += gradients[at]!
        }
      }
    }
  }
  return dx
}
