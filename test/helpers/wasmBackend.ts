import { afterAll, beforeAll } from 'vitest'
import { wasmBackend } from '../../src/node/backends/wasm'
import type { RunningBackend } from '../../src/node/backends'

/** Computes on the wasm backend in the tests of one file. */
export function useWasmBackend(): void {
  let running: RunningBackend
  beforeAll(async () => {
    running = await wasmBackend.create()
  })
  afterAll(() => running.dispose())
}
