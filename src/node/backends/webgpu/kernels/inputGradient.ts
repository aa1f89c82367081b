import type { KernelCall, WebgpuKernel } from './kernel'
import { integers } from './kernel'

/** tfjs' attributes for a geometry with explicit padding, including `inputShape`. */
function geometry({ attributes }: Pick<KernelCall, 'attributes'>): Readonly<Record<string, unknown>> {
  const [top, left, bottom, right] = integers(attributes, 'pads')
  return {
    strides: integers(attributes, 'strides'),
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    dilations: [1, 1],
    dataFormat: 'NHWC',
    dimRoundingMode: undefined,
    inputShape: integers(attributes, 'xShape'),
  }
}

/** dx of a convolution: dy [n, oh, ow, o], filter [kh, kw, c, o] → xShape. */
export const conv2dInputGradient: WebgpuKernel = (call) => call.run('Conv2DBackpropInput', call.inputs, geometry(call))

/** dx of a depthwise convolution: dy [n, oh, ow, c · m], filter [kh, kw, c, m] → xShape. */
export const depthwiseConv2dInputGradient: WebgpuKernel = (call) =>
  call.run('DepthwiseConv2dNativeBackpropInput', call.inputs, geometry(call))
