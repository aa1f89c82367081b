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

/** A way to train; native code loads inside create(), never on import. */
export interface Backend {
  readonly kind: 'backend'
  readonly id: string
  readonly label: string
  /** The highest available wins where the user names none. */
  readonly priority: number
  /** Variables that must be in the environment when the process of the job starts. */
  readonly environment: Readonly<Record<string, string>>
  available(): Promise<Availability>
  /** Registers the backend with tfjs-core in this thread and selects it; throws `unavailable` with what to do. */
  create(): Promise<RunningBackend>
}
