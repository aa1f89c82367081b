import { defineBackend } from '../backend'
import { available } from './available'
import { defaultThreads } from './threads'

/** tfjs' WebAssembly backend with our own training kernels. */
export const wasmBackend = defineBackend({
  id: 'wasm',
  label: 'WebAssembly',
  help: 'Needs nothing but npm, and gives the same bits on every run',
  priority: 10,
  available,
  create: async () => (await import('./create')).createWasm(defaultThreads()),
})
