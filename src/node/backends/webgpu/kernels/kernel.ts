import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../../shared/errors'

/** A compute shader for tfjs' WebGPU backend. */
export interface ShaderProgram {
  readonly outputShape: number[]
  readonly variableNames: string[]
  /** WGSL fields of the uniforms, after those that tfjs adds for shapes. */
  readonly uniforms: string
  readonly workgroupSize: [number, number, number]
  readonly dispatchLayout: { readonly x: number[] }
  dispatch: [number, number, number]
  /** Programs with equal keys, ranks and types share one pipeline. */
  readonly shaderKey: string
  readonly getUserCode: () => string
}

export interface Uniform {
  readonly type: 'int32' | 'float32'
  readonly data: number[]
}

/** The parts of tfjs' WebGPUBackend used here. */
export interface WebgpuKernelBackend extends KernelBackend {
  runWebGPUProgram(
    program: ShaderProgram,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly Uniform[],
  ): TensorInfo
  disposeData(dataId: object, force?: boolean): boolean
  /** Bytes of buffers in use, and including those kept for reuse. */
  memory(): { readonly numBytesInGPU: number; readonly numBytesAllocatedInGPU: number; readonly unreliable: boolean }
}

/** The inputs of a kernel; those of other kernels are absent. */
export type KernelInputs = Readonly<Record<'x' | 'dy' | 'filter', TensorInfo>>

export interface KernelCall {
  readonly inputs: KernelInputs
  readonly attributes: Readonly<Record<string, unknown>>
  readonly backend: WebgpuKernelBackend
  /** Runs one of tfjs' kernels. */
  run(
    kernelName: string,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, unknown>>,
  ): TensorInfo
}

export type WebgpuKernel = (call: KernelCall) => TensorInfo | TensorInfo[]

/** An integer list among a kernel's attributes. */
export function integers(attributes: Readonly<Record<string, unknown>>, name: string): number[] {
  const value = attributes[name]
  if (!Array.isArray(value) || !value.every(Number.isInteger))
    throw new NNOptError('internal', `attribute '${name}': expected integers, got ${JSON.stringify(value)}`)
  return value as number[]
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)
