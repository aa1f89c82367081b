import { readFileSync } from 'node:fs'
import { NNOptError } from '../../../shared/errors'

const HEADER_BYTES = 8
const MEMORY_SECTION = 5
/** Flags of a memory's limits (WebAssembly core specification with threads, 5.3.9): a maximum is given; the memory is shared. */
const [HAS_MAXIMUM, SHARED] = [0x01, 0x02]

/** A module that defines one memory with a maximum, with that memory shared between threads. */
export function withSharedMemory(module: Uint8Array): Uint8Array {
  const at = memorySection(module)
  const [count, flags] = at === undefined ? [] : module.subarray(at, at + 2)
  if (at === undefined || count !== 1 || flags !== HAS_MAXIMUM)
    throw new NNOptError(
      'unavailable',
      `the package's WebAssembly module: expected one memory with a maximum, got ${count ?? 0} with flags ${flags ?? 'unknown'}; reinstall the program`,
    )
  const shared = module.slice()
  shared[at + 1] = HAS_MAXIMUM | SHARED
  return shared
}

/** Where the content of the memory section starts. */
function memorySection(module: Uint8Array): number | undefined {
  for (let at = HEADER_BYTES; at < module.length;) {
    const id = module[at]
    const { value: size, next } = unsignedAt(module, at + 1)
    if (id === MEMORY_SECTION) return next
    at = next + size
  }
  return undefined
}

/** A LEB128 number and the place after it. */
function unsignedAt(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  const low = bytes[at] & 0x7f
  if (bytes[at] < 0x80) return { value: low, next: at + 1 }
  const { value, next } = unsignedAt(bytes, at + 1)
  return { value: low + value * 0x80, next }
}

/** A module's file with its memory shared, as an address that fetch reads. */
export const sharedModuleUrl = (file: string): string =>
  `data:application/wasm;base64,${Buffer.from(withSharedMemory(readFileSync(file))).toString('base64')}`
