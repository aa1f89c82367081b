import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'

type InputName =
  | 'a'
  | 'b'
  | 'x'
  | 'y'
  | 'dy'
  | 'filter'
  | 'scale'
  | 'shift'
  | 'mean'
  | 'variance'
  | 'zeroPoint'
  | 'input'
  | 'output'
  | 'logits'
  | 'labels'
  | 'saved0'
  | 'saved1'
  | 'saved2'

/** The inputs of a kernel; those of other kernels are absent. */
export type KernelInputs = Readonly<Record<InputName, TensorInfo>>

export interface KernelCall {
  readonly inputs: KernelInputs
  readonly attributes: NamedAttrMap
  readonly heap: Heap
}

export type WasmKernel = (call: KernelCall) => TensorInfo | TensorInfo[]

export const integers = (attributes: NamedAttrMap, name: string): readonly number[] => attributes[name] as number[]

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

export const FLOAT_BYTES = 4

/** Floats per cache line: threads that share no line do not wait for each other. */
export const LINE_FLOATS = 16

/** A tensor viewed as a matrix [rows, channels]. */
export function rowsOf({ shape }: TensorInfo): {
  readonly channels: number
  readonly rows: number
  readonly rowBytes: number
} {
  const channels = shape[shape.length - 1]!
  return { channels, rows: channels === 0 ? 0 : sizeOf(shape) / channels, rowBytes: channels * FLOAT_BYTES }
}

/** Bounds of an activation: values outside are clipped and have no gradient. */
export function boundsOf(activation: unknown): readonly [floor: number, ceiling: number] {
  const bounds = { none: [-Infinity, Infinity], relu: [0, Infinity], relu6: [0, 6] } as const
  return bounds[(activation ?? 'none') as keyof typeof bounds]
}
