import type { HalfType, Precision } from '../../core/kernels/precision'
import type { NNOptError } from '../../shared/errors'

/** 16-bit support of a device. */
export interface MixedPrecision {
  readonly types: readonly HalfType[]
  /** The choice for 'auto', and the reason. */
  readonly auto: Precision
  readonly reason: string
}

/** A backend running in this thread. */
export interface RunningBackend {
  /** Its tfjs name, for setBackend. */
  readonly name: string
  /** The device, for display: 'CPU (2 threads)', 'NVIDIA …'. */
  readonly device: string
  readonly version: string
  readonly threads: number
  /** Kernels finish before their call returns, so reading a number after every step costs nothing. */
  readonly readsSynchronously: boolean
  /** Absent if everything is fp32. */
  readonly mixedPrecision?: MixedPrecision
  /** Why nothing can continue on this backend, such as a lost device; undefined while it works. */
  readonly failure?: () => NNOptError | undefined
  dispose(): void
}

export type Availability =
  | {
      readonly available: true
      readonly version: string
      readonly device: string
      /** Memory available to tensors; absent if the device does not report it. */
      readonly memoryBytes?: number | undefined
      /** It works, but slower than any other; never chosen automatically. */
      readonly isFallback?: boolean
    }
  | { readonly available: false; readonly reason: string }

/** A training backend. tfjs and native code load inside create(), never on import. */
export interface Backend {
  readonly kind: 'backend'
  readonly id: string
  readonly label: string
  readonly help: string
  /** The highest available one wins if the user names none. */
  readonly priority: number
  /**
   * 16-bit formats that some device of this backend supports; which ones the present device supports is known once it
   * runs.
   */
  readonly halfTypes: readonly HalfType[]
  /** Environment variables that must be set when the job's process starts. */
  readonly environment: Readonly<Record<string, string>>
  available(): Promise<Availability>
  /** Registers the backend with tfjs-core in this thread and selects it; throws `unavailable` with what to do. */
  create(): Promise<RunningBackend>
}

interface BackendDefinition extends Omit<Backend, 'kind' | 'halfTypes' | 'environment'> {
  /** fp32 only if absent. */
  readonly halfTypes?: Backend['halfTypes']
  readonly environment?: Backend['environment']
}

/** Defines a backend: the only export of its folder's index.ts, which imports nothing heavy. */
export const defineBackend = (definition: BackendDefinition): Backend => ({
  halfTypes: [],
  environment: {},
  ...definition,
  kind: 'backend',
})
