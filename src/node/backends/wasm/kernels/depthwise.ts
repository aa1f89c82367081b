import { geometryOf, outputShape } from './geometry'
import { integers } from './kernel'
import type { WasmKernel } from './kernel'
import { multipliedDepthwise, multipliedDepthwiseFilterGradient, multipliedDepthwiseInputGradient } from './multipliedDepthwise'

/** Depthwise convolution of x [n, h, w, c] by filter [kh, kw, c, m]. */
export const depthwiseConv2d: WasmKernel = (call) => {
  const { inputs: { x, filter }, heap } = call
  if (filter.shape[3] !== 1) return multipliedDepthwise(call)
  const y = heap.zeros(outputShape(x.shape, filter.shape, filter.shape[2], call))
  const { sizes, variant } = geometryOf(x.shape, filter.shape, y.shape, call)
  heap.run(`depthwise${variant}`, heap.address(x), heap.address(filter), heap.address(y), ...sizes)
  return y
}

/** Its gradient by the input. */
export const depthwiseConv2dInputGradient: WasmKernel = (call) => {
  const { inputs: { dy, filter }, attributes, heap } = call
  if (filter.shape[3] !== 1) return multipliedDepthwiseInputGradient(call)
  const dx = heap.zeros(integers(attributes, 'xShape'))
  const { sizes, variant } = geometryOf(dx.shape, filter.shape, dy.shape, call)
  heap.run(`depthwiseInputGradient${variant}`, heap.address(dx), heap.address(filter), heap.address(dy), ...sizes)
  return dx
}

/** Its gradient by the filter. */
export const depthwiseConv2dFilterGradient: WasmKernel = (call) => {
  const { inputs: { x, dy }, attributes, heap } = call
  const filterShape = integers(attributes, 'filterShape')
  if (filterShape[3] !== 1) return multipliedDepthwiseFilterGradient(call)
  const gradient = heap.zeros(filterShape)
  const { sizes, variant } = geometryOf(x.shape, filterShape, dy.shape, call)
  heap.run(`depthwiseFilterGradient${variant}`, heap.address(x), heap.address(gradient), heap.address(dy), ...sizes)
  return gradient
}
