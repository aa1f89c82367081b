import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import type { Backend, RunningBackend } from '../backend'
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise'
import { registerWasmKernel } from './heap'

const name = 'wasm'
const require = createRequire(import.meta.url)
const packageName = '@tensorflow/tfjs-backend-wasm'
const { version } = require(`${packageName}/package.json`) as { readonly version: string }
const device = 'CPU (1 thread, SIMD)'

/** tfjs' WebAssembly backend with gradient kernels of ours: needs nothing but npm, and gives the same bits on every run. */
export const wasmBackend: Backend = {
  kind: 'backend',
  id: name,
  label: 'WebAssembly',
  priority: 10,
  environment: {},
  available: async () => ({ available: true, version, device }),
  create,
}

async function create(): Promise<RunningBackend> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(dirname(require.resolve(packageName)) + sep)
  // One thread: the threaded build starts browser workers, and sums in an order that changes from run to run.
  setThreadsCount(1)
  if (!(await tf.setBackend(name))) throw new NNOptError('unavailable', "the wasm backend did not start: this processor or Node has no WebAssembly SIMD; install TensorFlow with 'nnopt runtime tensorflow'")
  registerWasmKernel('depthwiseConv2dFilterGradient', depthwiseFilterGradient)
  registerWasmKernel('depthwiseConv2dInputGradient', depthwiseInputGradient)
  return { name, device, version, threads: 1, dispose: () => tf.removeBackend(name) }
}
