import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { NNOptError } from '../../../shared/errors'
import type { RunningBackend } from '../backend'
import { createHeap } from './heap'
import type { WasmKernelBackend } from './heap'
import { available, packageName } from './available'
import { registerWasmKernels } from './kernels/index'
import { sharedModuleUrl } from './sharedModule'
import { createTeam } from './team/team'
import { deviceName } from './threads'

type WasmFileMap = Exclude<Parameters<typeof setWasmPaths>[0], string>

const NAME = 'wasm'
const require = createRequire(import.meta.url)

/** tfjs drops the factory when the backend is removed. */
let factory: ReturnType<typeof tf.findBackendFactory> | undefined

/** tfjs looks for three builds; the SIMD one serves for all. */
const moduleUrls = (file: string): WasmFileMap => {
  const url = sharedModuleUrl(file)
  return {
    'tfjs-backend-wasm.wasm': url,
    'tfjs-backend-wasm-simd.wasm': url,
    'tfjs-backend-wasm-threaded-simd.wasm': url,
  }
}

/** The running instance: registering kernels twice would mistake ours for tfjs' own. */
let active: RunningBackend | undefined

/** Starts WebAssembly in this thread with the given number of threads. */
export async function createWasm(threads: number): Promise<RunningBackend> {
  active ??= await start(threads)
  return active
}

async function start(threads: number): Promise<RunningBackend> {
  const found = await available()
  if (!found.available) throw new NNOptError('unavailable', `the wasm backend cannot start: ${found.reason}`)
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(moduleUrls(join(dirname(require.resolve(packageName)), 'tfjs-backend-wasm-simd.wasm')), true)
  factory ??= tf.findBackendFactory(NAME)
  if (!tf.findBackendFactory(NAME)) tf.registerBackend(NAME, factory)
  if (!(await tf.setBackend(NAME)))
    throw new NNOptError('unavailable', `${packageName} ${found.version} did not start: reinstall the program`)
  const backend = tf.backend() as WasmKernelBackend
  const team = await createTeam(backend.wasm.asm.memory, threads)
  const restoreKernels = registerWasmKernels(NAME, createHeap(backend, team))
  const dispose = (): void => {
    restoreKernels()
    tf.removeBackend(NAME)
    team.dispose()
    active = undefined
  }
  return { name: NAME, device: deviceName(threads), version: found.version, threads, readsSynchronously: true, dispose }
}
