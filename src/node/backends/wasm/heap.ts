import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { Call, Team } from './team/team'

/** The parts of the package's WebAssembly module (Emscripten) used here. */
interface WasmModule {
  readonly asm: { readonly memory: WebAssembly.Memory }
  _malloc(bytes: number): number
  _free(address: number): void
}

/** The parts of tfjs' BackendWasm used here. */
export interface WasmKernelBackend extends KernelBackend {
  readonly wasm: WasmModule
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array
  getMemoryOffset(dataId: TensorInfo['dataId']): number
}

/** A share of a kernel's work, for one thread. */
export interface Piece {
  readonly start: number
  readonly count: number
}

/** Memory shared by tfjs' kernels, ours and all threads; tensors are read and written in place. */
export interface Heap {
  /** Runs a function of simd/*.ts with the parameters of its definition; addresses are in bytes. */
  run(...call: Call): void
  /** Runs one call per thread, in parallel. */
  runTogether(calls: readonly Call[]): void
  /**
   * Divides `count` rows, images or bytes among the threads in multiples of `granule`; a single piece if the work, in
   * floats touched, is too small to share.
   */
  pieces(count: number, work: number, granule?: number): readonly Piece[]
  /** Byte address of a tensor's first element. */
  address(tensor: TensorInfo): number
  /** A view. Growing the heap invalidates it, so take views after every allocation. */
  view(tensor: TensorInfo): Float32Array
  /** An uninitialized float32 tensor. */
  allocate(shape: readonly number[]): TensorInfo
  /** A zero-initialized float32 tensor. */
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

/** Floats that one thread processes in about the time it takes to wake another. */
const LEAST_WORK = 2 ** 14

function divided(count: number, threads: number, granule: number): readonly Piece[] {
  const size = Math.ceil(count / Math.max(1, threads) / granule) * granule
  const pieces = Array.from({ length: Math.ceil(count / Math.max(1, size)) }, (_, index) => ({
    start: index * size,
    count: Math.min(size, count - index * size),
  }))
  return pieces.length > 0 ? pieces : [{ start: 0, count: 0 }]
}

/** Addresses are 32-bit. */
const HEAP_BYTES = 2 ** 32

/** malloc returns 0 if the heap cannot grow, takes sizes modulo 4 GiB, and tfjs would write there anyway. */
function refuseFullHeap(module: WasmModule): void {
  // Emscripten's stub replaces itself with the real function on its first call.
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
