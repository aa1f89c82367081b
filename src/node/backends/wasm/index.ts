import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { NNOptError } from '../../../shared/errors'
import type { Availability, Backend, RunningBackend } from '../backend'
import { createHeap } from './heap'
import type { WasmKernelBackend } from './heap'
import { registerWasmKernels } from './kernels/index'
import { sharedModuleUrl } from './sharedModule'
import { createTeam } from './team/team'

type WasmFileMap = Exclude<Parameters<typeof setWasmPaths>[0], string>

const name = 'wasm'
const priority = 10
/** More would wait for memory most of the time. */
const MOST_THREADS = 8
/** What a person may ask for. */
const HIGHEST_THREADS = 64
const deviceOf = (threads: number): string => `CPU (${threads} ${threads === 1 ? 'thread' : 'threads'}, SIMD)`
const packageName = '@tensorflow/tfjs-backend-wasm'
/** WebAssembly's addresses have 32 bits. */
const addressableBytes = 2 ** 32
const require = createRequire(import.meta.url)

/** tfjs' WebAssembly backend with training kernels of ours: needs nothing but npm, and gives the same bits on every run. */
export const wasmBackend: Backend = {
  kind: 'backend',
  id: name,
  label: 'WebAssembly',
  priority,
  environment: {},
  available,
  create: () => createWasm(defaultThreads()),
}

/** $NNOPT_WASM_THREADS, else one a core. */
function defaultThreads(): number {
  const given = process.env['NNOPT_WASM_THREADS']
  if (given === undefined) return Math.min(availableParallelism(), MOST_THREADS)
  const threads = Number(given)
  if (Number.isInteger(threads) && threads >= 1 && threads <= HIGHEST_THREADS) return threads
  throw new NNOptError(
    'wrongCall',
    `NNOPT_WASM_THREADS: expected a whole number from 1 to ${HIGHEST_THREADS}, got '${given}'`,
  )
}

async function available(): Promise<Availability> {
  if (!hasSimd())
    return {
      available: false,
      reason:
        "this processor has no WebAssembly SIMD (x64 needs SSE4.1): install TensorFlow with 'nnopt runtime tensorflow'",
    }
  const version = packageVersion()
  return version === undefined
    ? { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` }
    : {
        available: true,
        version,
        device: deviceOf(defaultThreads()),
        memoryBytes: Math.min(totalmem(), addressableBytes),
      }
}

/** A module with one vector constant: valid where vectors are. */
const simdProbe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  4,
  1,
  96,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  9,
  1,
  7,
  0,
  65,
  0,
  253,
  15,
  26,
  11,
)

const hasSimd = (): boolean => WebAssembly.validate(simdProbe)

function packageVersion(): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`${packageName}/package.json`), 'utf8')) as {
      readonly version: string
    }
    return version
  } catch {
    return undefined
  }
}

/** tfjs forgets the factory when the backend is removed. */
let factory: ReturnType<typeof tf.findBackendFactory> | undefined

/** tfjs looks for three builds; the one with SIMD serves for all. */
const moduleUrls = (file: string): WasmFileMap => {
  const url = sharedModuleUrl(file)
  return {
    'tfjs-backend-wasm.wasm': url,
    'tfjs-backend-wasm-simd.wasm': url,
    'tfjs-backend-wasm-threaded-simd.wasm': url,
  }
}

/** The one that runs: registering kernels twice would take ours for tfjs' own. */
let active: RunningBackend | undefined

/** As `create`, with so many threads. */
export async function createWasm(threads: number): Promise<RunningBackend> {
  active ??= await start(threads)
  return active
}

async function start(threads: number): Promise<RunningBackend> {
  const found = await available()
  if (!found.available) throw new NNOptError('unavailable', `the wasm backend cannot start: ${found.reason}`)
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(moduleUrls(join(dirname(require.resolve(packageName)), 'tfjs-backend-wasm-simd.wasm')), true)
  factory ??= tf.findBackendFactory(name)
  if (!tf.findBackendFactory(name)) tf.registerBackend(name, factory)
  if (!(await tf.setBackend(name)))
    throw new NNOptError('unavailable', `${packageName} ${found.version} did not start: install the program again`)
  const backend = tf.backend() as WasmKernelBackend
  const team = await createTeam(backend.wasm.asm.memory, threads)
  const restoreKernels = registerWasmKernels(name, createHeap(backend, team))
  const dispose = (): void => {
    restoreKernels()
    tf.removeBackend(name)
    team.dispose()
    active = undefined
  }
  return { name, device: deviceOf(threads), version: found.version, threads, dispose }
}
