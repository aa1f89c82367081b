import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { Call, Team } from './team/team'

/** What is used of the package's WebAssembly module (Emscripten). */
interface WasmModule {
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
  _free(address: number): void
}

/** What is used of tfjs' BackendWasm. */
export interface WasmKernelBackend extends KernelBackend {
  readonly wasm: WasmModule
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array
  getMemoryOffset(dataId: TensorInfo['dataId']): number
}

/** A part of a kernel's work, for one thread. */
export interface Piece {
  readonly start: number
  readonly count: number
}

/** Memory shared by tfjs' kernels, ours and all threads: tensors are read and written where they lie. */
export interface Heap {
  /** Runs a function of simd/*.ts; parameters as its definition lists them, addresses in bytes. */
  run(...call: Call): void
  /** Runs one call a thread, side by side. */
  runTogether(calls: readonly Call[]): void
  /** Divides `count` rows, images or bytes among the threads, in multiples of `granule`; one piece where the work, in floats touched, is too small to share. */
  pieces(count: number, work: number, granule?: number): readonly Piece[]
  /** Byte address of a tensor's first element. */
  address(tensor: TensorInfo): number
  /** A view; growing the heap invalidates it, so views are taken after every allocation. */
  view(tensor: TensorInfo): Float32Array
  /** A float32 tensor with arbitrary content. */
  allocate(shape: readonly number[]): TensorInfo
  /** A float32 tensor of zeros. */
  zeros(shape: readonly number[]): TensorInfo
  copy(tensor: TensorInfo): TensorInfo
  free(tensor: TensorInfo): void
}

export function createHeap(backend: WasmKernelBackend, team: Team): Heap {
  refuseFullHeap(backend.wasm)
  const view: Heap['view'] = (tensor) => backend.typedArrayFromHeap(tensor)
  const allocate: Heap['allocate'] = (shape) => backend.makeOutput([...shape], 'float32')
  return {
    run: (...call) => team.run([call]),
    runTogether: team.run,
    pieces: (count, work, granule = 1) =>
      divided(count, Math.min(team.threads, Math.floor(work / LEAST_WORK)), granule),
    address: ({ dataId }) => backend.getMemoryOffset(dataId),
    view,
    allocate,
    zeros: (shape) => {
      const tensor = allocate(shape)
      view(tensor).fill(0)
      return tensor
    },
    copy: (tensor) => {
      const copy = allocate(tensor.shape)
      view(copy).set(view(tensor))
      return copy
    },
    free: ({ dataId }) => void backend.disposeData(dataId),
  }
}

/** Floats that one thread touches in about the time that waking another takes. */
const LEAST_WORK = 2 ** 14

function divided(count: number, threads: number, granule: number): readonly Piece[] {
  const size = Math.ceil(count / Math.max(1, threads) / granule) * granule
  const pieces = Array.from({ length: Math.ceil(count / Math.max(1, size)) }, (_, index) => ({
    start: index * size,
    count: Math.min(size, count - index * size),
  }))
  return pieces.length > 0 ? pieces : [{ start: 0, count: 0 }]
}

/** Addresses have 32 bits. */
const HEAP_BYTES = 2 ** 32

/** malloc answers 0 when the heap cannot grow, takes sizes modulo 4 GiB, and tfjs would write there all the same. */
function refuseFullHeap(module: WasmModule): void {
  // Emscripten's stub puts the real function in its own place when it is first called.
  module._free(module._malloc(1))
  const malloc = module._malloc
  module._malloc = (bytes) => {
    const address = bytes < HEAP_BYTES ? malloc(bytes) : 0
    if (address === 0 && bytes > 0)
      throw new NNOptError(
        'unavailable',
        `the wasm backend is out of memory (its limit is 4 GiB): use a smaller batch or image, or install TensorFlow with 'nnopt runtime tensorflow'`,
      )
    return address
  }
}
