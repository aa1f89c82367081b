import type { HalfType, Precision } from '../../core/kernels/precision'
import type { NNOptError } from '../../shared/errors'

/** What a device can do in 16 bits. */
export interface MixedPrecision {
  readonly types: readonly HalfType[]
  /** What is taken where a person leaves it open, and why. */
  readonly auto: Precision
  readonly reason: string
}

/** A backend that is running in this thread. */
export interface RunningBackend {
  /** tfjs' name of it, for setBackend. */
  readonly name: string
  /** What computes, for a person: 'CPU (2 threads)', 'NVIDIA …'. */
  readonly device: string
  readonly version: string
  readonly threads: number
  /** A kernel's result is there when its call returns, so that reading a number after every step costs nothing. */
  readonly readsSynchronously: boolean
  /** Absent where everything is fp32. */
  readonly mixedPrecision?: MixedPrecision
  /** Why nothing that runs here can go on, such as a lost device; undefined while all is well. */
  readonly failure?: () => NNOptError | undefined
  dispose(): void
}

export type Availability =
  | {
      readonly available: true
      readonly version: string
      readonly device: string
      /** Memory that tensors can use; absent where the device does not say. */
      readonly memoryBytes?: number | undefined
      /** It computes, but slower than any other: never chosen unasked. */
      readonly isFallback?: boolean
    }
  | { readonly available: false; readonly reason: string }

/** A way to train; tfjs and native code load inside create(), never on import. */
export interface Backend {
  readonly kind: 'backend'
  readonly id: string
  readonly label: string
  readonly help: string
  /** The highest available wins where the user names none. */
  readonly priority: number
  /** 16-bit formats that some device of this backend computes in; which of them the device at hand has is known once it runs. */
  readonly halfTypes: readonly HalfType[]
  /** Variables that must be in the environment when the process of the job starts. */
  readonly environment: Readonly<Record<string, string>>
  available(): Promise<Availability>
  /** Registers the backend with tfjs-core in this thread and selects it; throws `unavailable` with what to do. */
  create(): Promise<RunningBackend>
}

interface BackendDefinition extends Omit<Backend, 'kind' | 'halfTypes' | 'environment'> {
  /** fp32 alone when absent. */
  readonly halfTypes?: Backend['halfTypes']
  readonly environment?: Backend['environment']
}

/** Declares a backend: the one export of its folder's index.ts, which imports nothing heavy. */
export const defineBackend = (definition: BackendDefinition): Backend => ({
  halfTypes: [],
  environment: {},
  ...definition,
  kind: 'backend',
})
