import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../../core/execute/kernels/native'
import type { NativeKernel } from '../../../../core/execute/kernels/native'
import type { Heap } from '../heap'
import { activation, activationGradient, biasGradient } from './activations'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from './batchNorm'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from './convolution'
import { depthwiseConv2d, depthwiseConv2dFilterGradient, depthwiseConv2dInputGradient } from './depthwise'
import { fakeQuant, fakeQuantGradient } from './fakeQuant'
import type { WasmKernel } from './kernel'
import { matMul } from './matMul'
import { maxPoolGradient } from './pooling'
import { softmaxCrossEntropy } from './softmaxCrossEntropy'
import { splitPieces } from './split'

const nativeKernels: Readonly<Record<NativeKernel, WasmKernel>> = {
  matMul,
  batchNormTrain,
  batchNormTrainGradient,
  batchNormActivationTrain: batchNormTrain,
  batchNormActivationTrainGradient: batchNormTrainGradient,
  batchNormInference,
  relu: activation('relu'),
  relu6: activation('relu6'),
  reluGradient: activationGradient('relu'),
  relu6Gradient: activationGradient('relu6'),
  conv2d,
  conv2dInputGradient,
  conv2dFilterGradient,
  depthwiseConv2d,
  depthwiseConv2dInputGradient,
  depthwiseConv2dFilterGradient,
  biasGradient,
  softmaxCrossEntropy,
  fakeQuant,
  fakeQuantGradient,
}

/** tfjs' own kernels that ours replace: the same contract, faster. */
const replacedKernels: Readonly<Record<string, WasmKernel>> = { MaxPoolGrad: maxPoolGradient, SplitV: splitPieces }

/** Registers every kernel of ours for the backend whose heap this is. */
export function registerWasmKernels(backendName: string, heap: Heap): void {
  const native = Object.entries(nativeKernels).map(([id, kernel]) => [nativeKernelNames[id as NativeKernel], kernel] as const)
  for (const [kernelName, compute] of [...native, ...Object.entries(replacedKernels)]) {
    if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName)
    registerKernel({ kernelName, backendName, kernelFunc: ({ inputs, attrs }) => compute({ inputs: inputs as Parameters<WasmKernel>[0]['inputs'], attributes: attrs ?? {}, heap }) })
  }
}

/** Takes away what only our callers look up; the replacements stay until the next heap's come. */
export function unregisterWasmKernels(backendName: string): void {
  for (const kernelName of Object.values(nativeKernelNames)) {
    if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName)
  }
}
