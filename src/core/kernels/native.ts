import { engine, getBackend, getKernel, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core'

/** Kernels that a backend may register beside tfjs' own; a backend that lacks one runs the reference implementation. */
export const nativeKernelNames = {
  matMul: 'NNOptMatMul',
  batchNormTrain: 'NNOptBatchNormTrain',
  batchNormTrainGradient: 'NNOptBatchNormTrainGradient',
  batchNormActivationTrain: 'NNOptBatchNormActivationTrain',
  batchNormActivationTrainGradient: 'NNOptBatchNormActivationTrainGradient',
  batchNormInference: 'NNOptBatchNormInference',
  relu: 'NNOptRelu',
  relu6: 'NNOptRelu6',
  reluGradient: 'NNOptReluGradient',
  relu6Gradient: 'NNOptRelu6Gradient',
  conv2d: 'NNOptConv2d',
  conv2dInputGradient: 'NNOptConv2dInputGradient',
  conv2dFilterGradient: 'NNOptConv2dFilterGradient',
  pointwiseConv2d: 'NNOptPointwiseConv2d',
  pointwiseConv2dInputGradient: 'NNOptPointwiseConv2dInputGradient',
  pointwiseConv2dFilterGradient: 'NNOptPointwiseConv2dFilterGradient',
  depthwiseConv2d: 'NNOptDepthwiseConv2d',
  depthwiseConv2dInputGradient: 'NNOptDepthwiseConv2dInputGradient',
  depthwiseConv2dFilterGradient: 'NNOptDepthwiseConv2dFilterGradient',
  biasActivation: 'NNOptBiasActivation',
  biasGradient: 'NNOptBiasGradient',
  softmaxCrossEntropy: 'NNOptSoftmaxCrossEntropy',
  fakeQuant: 'NNOptFakeQuant',
  fakeQuantGradient: 'NNOptFakeQuantGradient',
  biasFakeQuant: 'NNOptBiasFakeQuant',
  biasFakeQuantGradient: 'NNOptBiasFakeQuantGradient',
  flatten: 'NNOptFlatten',
  split: 'NNOptSplit',
  sgd: 'NNOptSgd',
  adam: 'NNOptAdam',
  toHalf: 'NNOptToHalf',
  toFloat: 'NNOptToFloat',
} as const

export type NativeKernel = keyof typeof nativeKernelNames

export const hasNative = (kernel: NativeKernel): boolean => Boolean(getKernel(nativeKernelNames[kernel], getBackend()))

/** Runs the active backend's kernel and returns its outputs; undefined where it has none. */
export function runNative(
  kernel: NativeKernel,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: NamedAttrMap = {},
): readonly Tensor[] | undefined {
  if (!hasNative(kernel)) return undefined
  const outputs = engine().runKernel<Tensor | Tensor[]>(nativeKernelNames[kernel], { ...inputs }, attributes)
  return Array.isArray(outputs) ? outputs : [outputs]
}

/** `runNative` for a kernel with one output. */
export function runNativeSingle(
  kernel: NativeKernel,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: NamedAttrMap = {},
): Tensor | undefined {
  return runNative(kernel, inputs, attributes)?.[0]
}
