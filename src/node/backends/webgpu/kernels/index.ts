import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../../core/kernels/native'
import type { NativeKernel } from '../../../../core/kernels/native'
import { conv2dFilterGradient, depthwiseConv2dFilterGradient } from './filterGradient'
import { conv2dInputGradient, depthwiseConv2dInputGradient } from './inputGradient'
import type { KernelInputs, WebgpuKernel, WebgpuKernelBackend } from './kernel'
import { biasGradient } from './sumRows'

/** This backend's own training kernels; anything else runs as tfjs operations. */
const kernels = {
  conv2dInputGradient,
  conv2dFilterGradient,
  depthwiseConv2dInputGradient,
  depthwiseConv2dFilterGradient,
  biasGradient,
} as const satisfies Partial<Record<NativeKernel, WebgpuKernel>>

/** Registers all our kernels; returns a function that removes them. */
export function registerWebgpuKernels(backendName: string, backend: WebgpuKernelBackend): () => void {
  const names = Object.entries(kernels).map(([id, kernel]) => {
    const kernelName = nativeKernelNames[id as NativeKernel]
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: (call) =>
        kernel({
          inputs: call.inputs as KernelInputs,
          attributes: call.attrs ?? {},
          backend,
          run: runner(backendName, backend),
        }),
    })
    return kernelName
  })
  return () => names.forEach((kernelName) => unregisterKernel(kernelName, backendName))
}

const runner =
  (backendName: string, backend: WebgpuKernelBackend) =>
  (
    kernelName: string,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, unknown>>,
  ): TensorInfo => {
    const kernelFunc: KernelFunc = getKernel(kernelName, backendName).kernelFunc
    return kernelFunc({ inputs: { ...inputs }, attrs: attributes as NamedAttrMap, backend }) as TensorInfo
  }
