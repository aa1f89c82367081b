import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import type { KernelConfig } from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../../core/kernels/native'
import type { NativeKernel } from '../../../../core/kernels/native'
import type { Heap } from '../heap'
import { activation, activationGradient, biasGradient } from './activations'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from './batchNorm'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from './convolution'
import { depthwiseConv2d, depthwiseConv2dFilterGradient, depthwiseConv2dInputGradient } from './depthwise'
import { fakeQuant, fakeQuantGradient } from './fakeQuant'
import type { KernelInputs, WasmKernel } from './kernel'
import { matMul } from './matMul'
import { maxPoolGradient } from './pooling'
import { softmaxCrossEntropy } from './softmaxCrossEntropy'
import { splitPieces } from './split'
import { tile } from './tile'

const nativeKernels = {
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
} as const satisfies Partial<Record<NativeKernel, WasmKernel>>

/** tfjs' kernels that ours replace if all inputs are float32: same contract, but faster. */
const replacedKernels: Readonly<Record<string, WasmKernel>> = {
  MaxPoolGrad: maxPoolGradient,
  SplitV: splitPieces,
  Tile: tile,
}

/** Registers all our kernels for this heap's backend; returns a function that restores tfjs' own. */
export function registerWasmKernels(backendName: string, heap: Heap): () => void {
  const restores = [
    ...Object.entries(nativeKernels).map(([id, kernel]) =>
      register(nativeKernelNames[id as NativeKernel], backendName, heap, kernel),
    ),
    ...Object.entries(replacedKernels).map(([kernelName, kernel]) => register(kernelName, backendName, heap, kernel)),
  ]
  return () => restores.forEach((restore) => restore())
}

function register(kernelName: string, backendName: string, heap: Heap, compute: WasmKernel): () => void {
  const original = getKernel(kernelName, backendName) as KernelConfig | undefined
  if (original) unregisterKernel(kernelName, backendName)
  registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) => {
      const inputs = call.inputs as KernelInputs
      if (original && Object.values(inputs).some(({ dtype }) => dtype !== 'float32')) return original.kernelFunc(call)
      return compute({ inputs, attributes: call.attrs ?? {}, heap })
    },
  })
  return () => {
    unregisterKernel(kernelName, backendName)
    if (original) registerKernel(original)
  }
}
