import {
  registerKernel,
  type DataId,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { nativeKernelNames, type NativeKernel } from '../../../../core/kernels/native'
import type { HalfType } from '../../../../core/kernels/precision'

/** An attribute of a TensorFlow operation, as tfjs-node's addon expects it. */
export interface OperationAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** The parts of tfjs-node's addon used here. */
export interface TensorflowBinding {
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_Version: string
  isUsingGpuDevice(): boolean
}

/** The parts of tfjs-node's NodeJSKernelBackend used here. */
export interface TensorflowKernelBackend extends KernelBackend {
  readonly binding: TensorflowBinding
  readonly tensorMap: {
    get(id: DataId): { readonly dtype: number; readonly shape: number[] }
    set(id: DataId, data: unknown): void
  }
  executeMultipleOutputs(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[]
}

/** Runs eager TensorFlow operations by name; `float`, `int`, `bool`, `text` and `type` build attributes. */
export interface Operations {
  run(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[], outputs: number): Tensor[]
  runSingle(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[]): Tensor
  float(name: string, value: number): OperationAttribute
  int(name: string, value: number | readonly number[]): OperationAttribute
  bool(name: string, value: boolean): OperationAttribute
  text(name: string, value: string): OperationAttribute
  /** T = float32, or the 16-bit type of an operand (half.ts). */
  readonly float32: OperationAttribute
  /** T = the type of a tensor's elements. */
  typeOf(tensor: TensorInfo): OperationAttribute
  isBfloat16(tensor: TensorInfo): boolean
}

/** TF_DataType in TensorFlow's C API. */
export const TYPES: Readonly<Record<HalfType | 'float32', number>> = { float32: 1, bfloat16: 14, float16: 19 }

export function operationsOf(backend: TensorflowKernelBackend): Operations {
  const { binding } = backend
  const run: Operations['run'] = (name, attributes, inputs, outputs) =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs)
  return {
    run,
    runSingle: (name, attributes, inputs) => only(name, run(name, attributes, inputs, 1)),
    float: (name, value) => ({ name, type: binding.TF_ATTR_FLOAT, value }),
    int: (name, value) => ({ name, type: binding.TF_ATTR_INT, value }),
    bool: (name, value) => ({ name, type: binding.TF_ATTR_BOOL, value }),
    text: (name, value) => ({ name, type: binding.TF_ATTR_STRING, value }),
    float32: { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    typeOf: ({ dataId }) => ({ name: 'T', type: binding.TF_ATTR_TYPE, value: backend.tensorMap.get(dataId).dtype }),
    isBfloat16: ({ dataId }) => backend.tensorMap.get(dataId).dtype === TYPES.bfloat16,
  }
}

function only(name: string, outputs: readonly Tensor[]): Tensor {
  const [output] = outputs
  if (!output) throw new TypeError(`TensorFlow operation ${name}: expected one output, got none`)
  return output
}

export type NativeImplementation = (inputs: NamedTensorInfoMap, attributes: NamedAttrMap) => TensorInfo | TensorInfo[]

/** Registers one implementation for the tensorflow backend under the name that callers look up. */
export function registerNative(kernel: NativeKernel, implementation: NativeImplementation): void {
  registerKernel({
    kernelName: nativeKernelNames[kernel],
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => implementation(inputs, attrs ?? {}),
  })
}

/** An input that callers always pass. */
export function input(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const tensor = inputs[name]
  if (!tensor) throw new TypeError(`kernel: input '${name}' is missing, got ${Object.keys(inputs).join(', ')}`)
  return tensor
}

/** An integer list among the attributes. */
export function integers(attributes: NamedAttrMap, name: string): number[] {
  const value = attributes[name]
  if (!Array.isArray(value))
    throw new TypeError(`kernel: attribute '${name}': expected a list of numbers, got ${String(value)}`)
  return value.map(Number)
}
