import { registerKernel } from '@tensorflow/tfjs-core'
import type { KernelBackend, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../../core/execute/kernels/native'
import type { NativeKernel } from '../../../core/execute/kernels/native'

/** The part of tfjs' wasm backend by which a kernel reads and writes the heap without copies. */
export interface WasmHeap extends KernelBackend {
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array
}

export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>
  readonly attributes: NamedAttrMap
  readonly heap: WasmHeap
}

/** Registers a kernel of ours for the wasm backend. */
export function registerWasmKernel(kernel: NativeKernel, compute: (call: KernelCall) => TensorInfo): void {
  registerKernel({
    kernelName: nativeKernelNames[kernel],
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => compute({ inputs: inputs as Record<string, TensorInfo>, attributes: (attrs ?? {}) as NamedAttrMap, heap: backend as WasmHeap }),
  })
}

/** A zeroed output. Growing the heap moves it, so views are taken after every allocation. */
export function zeroOutput(heap: WasmHeap, shape: readonly number[]): TensorInfo {
  const output = heap.makeOutput(shape, 'float32')
  heap.typedArrayFromHeap(output).fill(0)
  return output
}

export const integers = (attributes: NamedAttrMap, name: string): readonly number[] => attributes[name] as number[]
