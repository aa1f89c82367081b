import { tensor1d, tidy, type NamedAttrMap, type NamedTensorInfoMap, type Tensor } from '@tensorflow/tfjs-core'
import { bfloatGradients, fusedDepthwise } from './fused'
import { input, integers, registerNative, type OperationAttribute, type Operations } from './operations'

/**
 * Convolutions with ONNX's explicit padding, which TensorFlow supports but tfjs-node rejects. The caller has removed
 * dilation.
 */
export function registerConvolution(operations: Operations, withFused: boolean): void {
  const dense = convolution(operations, 'Conv2D', 'Conv2DBackprop')
  const half = withFused ? bfloatGradients(operations) : undefined
  registerNative('conv2d', dense.forward)
  registerNative(
    'conv2dInputGradient',
    (inputs, attributes) => half?.inputGradient(inputs, attributes) ?? dense.inputGradient(inputs, attributes),
  )
  registerNative(
    'conv2dFilterGradient',
    (inputs, attributes) => half?.filterGradient(inputs, attributes) ?? dense.filterGradient(inputs, attributes),
  )
  const depthwise = convolution(operations, 'DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackprop')
  const fused = withFused ? fusedDepthwise(operations) : undefined
  registerNative(
    'depthwiseConv2d',
    (inputs, attributes) => fused?.forward(inputs, attributes) ?? depthwise.forward(inputs, attributes),
  )
  registerNative(
    'depthwiseConv2dInputGradient',
    (inputs, attributes) => fused?.inputGradient(inputs, attributes) ?? depthwise.inputGradient(inputs, attributes),
  )
  registerNative(
    'depthwiseConv2dFilterGradient',
    (inputs, attributes) => fused?.filterGradient(inputs, attributes) ?? depthwise.filterGradient(inputs, attributes),
  )
}

function geometry({ float32, int, text }: Operations, attributes: NamedAttrMap): OperationAttribute[] {
  const [height = 1, width = 1] = integers(attributes, 'strides')
  const [top = 0, left = 0, bottom = 0, right = 0] = integers(attributes, 'pads')
  const padded = top + left + bottom + right > 0
  const explicit = int('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0])
  return [
    float32,
    int('strides', [1, height, width, 1]),
    text('padding', padded ? 'EXPLICIT' : 'VALID'),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
    ...(padded ? [explicit] : []),
  ]
}

function convolution(operations: Operations, forward: string, backprop: string) {
  const { runSingle } = operations
  return {
    forward: (inputs: NamedTensorInfoMap, attributes: NamedAttrMap): Tensor =>
      runSingle(forward, geometry(operations, attributes), [input(inputs, 'x'), input(inputs, 'filter')]),
    inputGradient: (inputs: NamedTensorInfoMap, attributes: NamedAttrMap): Tensor =>
      tidy(() =>
        runSingle(`${backprop}Input`, geometry(operations, attributes), [
          tensor1d(integers(attributes, 'xShape'), 'int32'),
          input(inputs, 'filter'),
          input(inputs, 'dy'),
        ]),
      ),
    filterGradient: (inputs: NamedTensorInfoMap, attributes: NamedAttrMap): Tensor =>
      tidy(() =>
        runSingle(`${backprop}Filter`, geometry(operations, attributes), [
          input(inputs, 'x'),
          tensor1d(integers(attributes, 'filterShape'), 'int32'),
          input(inputs, 'dy'),
        ]),
      ),
  } as const
}
