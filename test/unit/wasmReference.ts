import * as tf from '@tensorflow/tfjs-core'
import { nativeKernelNames } from '../../src/core/kernels/native'

/** Runs `body` on tfjs' own operations: this program's wasm kernels are away meanwhile. */
export function byReference<T>(body: () => T): T {
  const ours = Object.values(nativeKernelNames)
    .map((name) => tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined)
    .filter((config) => config !== undefined)
  for (const { kernelName } of ours) tf.unregisterKernel(kernelName, 'wasm')
  try {
    return body()
  } finally {
    for (const config of ours) tf.registerKernel(config)
  }
}
