import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { outputShape } from './geometry'
import { sumOverImages, writeImages } from './images'
import { FLOAT_BYTES, integers } from './kernel'
import type { WasmKernel } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Convolution of x [n, h, w, c] with filter [kh, kw, c, o]. */
export const conv2d: WasmKernel = (call) => {
  const {
    inputs: { x, filter },
    heap,
  } = call
  const y = heap.zeros(outputShape(x.shape, filter.shape, filter.shape[3]!, call))
  writeImages('convolution', { x, filter, y }, call)
  return y
}

/** Gradient with respect to the input. */
export const conv2dInputGradient: WasmKernel = (call) => {
  const {
    inputs: { dy, filter },
    attributes,
    heap,
  } = call
  const turned = transposedTaps(heap, filter)
  const dx = heap.zeros(integers(attributes, 'xShape'))
  writeImages('convolutionInputGradient', { x: dx, filter: { ...turned, shape: filter.shape }, y: dy }, call)
  heap.free(turned)
  return dx
}

/** Gradient with respect to the filter. */
export const conv2dFilterGradient: WasmKernel = (call) => {
  const {
    inputs: { x, dy },
    attributes,
    heap,
  } = call
  const gradient = heap.zeros(integers(attributes, 'filterShape'))
  sumOverImages('convolutionFilterGradient', { x, filter: gradient, y: dy }, call)
  return gradient
}

/** Transposes every tap [c, o] of a filter [kh, kw, c, o] to [o, c]. */
function transposedTaps(heap: Heap, filter: TensorInfo): TensorInfo {
  const [kernelHeight, kernelWidth, channels, outChannels] = atLeast(4, filter.shape)
  const out = heap.allocate([kernelHeight, kernelWidth, outChannels, channels])
  const tapBytes = channels * outChannels * FLOAT_BYTES
  for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
    heap.run(
      'transpose',
      heap.address(filter) + tap * tapBytes,
      heap.address(out) + tap * tapBytes,
      channels,
      outChannels,
    )
  }
  return out
}
