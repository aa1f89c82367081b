import { outputShape } from './geometry'
import { sumOverImages, writeImages } from './images'
import { integers } from './kernel'
import type { WasmKernel } from './kernel'
import {
  multipliedDepthwise,
  multipliedDepthwiseFilterGradient,
  multipliedDepthwiseInputGradient,
} from './multipliedDepthwise'

/** Depthwise convolution of x [n, h, w, c] with filter [kh, kw, c, m]. */
export const depthwiseConv2d: WasmKernel = (call) => {
  const {
    inputs: { x, filter },
    heap,
  } = call
  if (filter.shape[3] !== 1) return multipliedDepthwise(call)
  const y = heap.zeros(outputShape(x.shape, filter.shape, filter.shape[2]!, call))
  writeImages('depthwise', { x, filter, y }, call)
  return y
}

/** Gradient with respect to the input. */
export const depthwiseConv2dInputGradient: WasmKernel = (call) => {
  const {
    inputs: { dy, filter },
    attributes,
    heap,
  } = call
  if (filter.shape[3] !== 1) return multipliedDepthwiseInputGradient(call)
  const dx = heap.zeros(integers(attributes, 'xShape'))
  writeImages('depthwiseInputGradient', { x: dx, filter, y: dy }, call)
  return dx
}

/** Gradient with respect to the filter. */
export const depthwiseConv2dFilterGradient: WasmKernel = (call) => {
  const {
    inputs: { x, dy },
    attributes,
    heap,
  } = call
  const filterShape = integers(attributes, 'filterShape')
  if (filterShape[3] !== 1) return multipliedDepthwiseFilterGradient(call)
  const gradient = heap.zeros(filterShape)
  sumOverImages('depthwiseFilterGradient', { x, filter: gradient, y: dy }, call)
  return gradient
}
