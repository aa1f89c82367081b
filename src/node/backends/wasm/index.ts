import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { Availability, Backend, RunningBackend } from '../backend'
import { createHeap } from './heap'
import type { WasmKernelBackend } from './heap'
import { registerWasmKernels } from './kernels/index'

const name = 'wasm'
const priority = 10
const device = 'CPU (1 thread, SIMD)'
const packageName = '@tensorflow/tfjs-backend-wasm'
/** WebAssembly's addresses have 32 bits. */
const addressableBytes = 2 ** 32
const require = createRequire(import.meta.url)

/** tfjs' WebAssembly backend with training kernels of ours: needs nothing but npm, and gives the same bits on every run. */
export const wasmBackend: Backend = { kind: 'backend', id: name, label: 'WebAssembly', priority, environment: {}, available, create }

async function available(): Promise<Availability> {
  if (!hasSimd()) return { available: false, reason: "this processor has no WebAssembly SIMD (x64 needs SSE4.1): install TensorFlow with 'nnopt runtime tensorflow'" }
  const version = packageVersion()
  return version === undefined ? { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` } : { available: true, version, device, memoryBytes: Math.min(totalmem(), addressableBytes) }
}

/** A module with one vector constant: valid where vectors are. */
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11)

const hasSimd = (): boolean => WebAssembly.validate(simdProbe)

function packageVersion(): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`${packageName}/package.json`), 'utf8')) as { readonly version: string }
    return version
  } catch {
    return undefined
  }
}

/** tfjs forgets the factory when the backend is removed. */
let factory: ReturnType<typeof tf.findBackendFactory> | undefined

/** Set while the backend runs: registering twice would take our kernels for tfjs' own. */
let restoreKernels: (() => void) | undefined

async function create(): Promise<RunningBackend> {
  const found = await available()
  if (!found.available) throw new NNOptError('unavailable', `the wasm backend cannot start: ${found.reason}`)
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(dirname(require.resolve(packageName)) + sep)
  factory ??= tf.findBackendFactory(name)
  if (!tf.findBackendFactory(name)) tf.registerBackend(name, factory)
  if (!(await tf.setBackend(name))) throw new NNOptError('unavailable', `${packageName} ${found.version} did not start: install the program again`)
  restoreKernels ??= registerWasmKernels(name, createHeap(tf.backend() as WasmKernelBackend))
  return { name, device, version: found.version, threads: 1, dispose }
}

function dispose(): void {
  restoreKernels?.()
  restoreKernels = undefined
  tf.removeBackend(name)
}
