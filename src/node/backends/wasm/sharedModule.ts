import { readFileSync } from 'node:fs'
import { NNOptError } from '../../../shared/errors'

const HEADER_BYTES = 8
const MEMORY_SECTION = 5
/**
 * Flags of memory limits (WebAssembly core specification with threads, 5.3.9): a maximum is present; the memory is
 * shared.
 */
const [HAS_MAXIMUM, SHARED] = [0x01, 0x02]

/** Copies a module that defines one memory with a maximum, making that memory shared between threads. */
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

/** Start of the memory section's content. */
function memorySection(module: Uint8Array): number | undefined {
  for (let at = HEADER_BYTES; at < module.length;) {
    const id = module[at]
    const { value: size, next } = unsignedAt(module, at + 1)
    if (id === MEMORY_SECTION) return next
    at = next + size
  }
  return undefined
}

/** A LEB128 number and the offset after it. */
function unsignedAt(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  const low = bytes[at]! & 0x7f
  if (bytes[at]! < 0x80) return { value: low, next: at + 1 }
  const { value, next } = unsignedAt(bytes, at + 1)
  return { value: low + value * 0x80, next }
}

/** A module file with shared memory, as a URL for fetch. */
export const sharedModuleUrl = (file: string): string =>
  `data:application/wasm;base64,${Buffer.from(withSharedMemory(readFileSync(file))).toString('base64')}`
