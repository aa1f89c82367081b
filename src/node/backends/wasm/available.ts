import { totalmem } from 'node:os'
import type { Availability } from '../backend'
import { packageVersion } from '../packageVersion'
import { defaultThreads, deviceName } from './threads'

export const packageName = '@tensorflow/tfjs-backend-wasm'

/** WebAssembly addresses are 32-bit. */
const addressableBytes = 2 ** 32

/** Whether it can train here, and on what; else why not. */
export async function available(): Promise<Availability> {
  if (!hasSimd())
    return {
      available: false,
      reason:
        "this CPU does not support WebAssembly SIMD (on x64, SSE4.1 is required): install TensorFlow with 'nnopt runtime tensorflow'",
    }
  const version = packageVersion(packageName)
  return version === undefined
    ? { available: false, reason: `${packageName} is not installed: run 'npm ci' in the program's folder` }
    : {
        available: true,
        version,
        device: deviceName(defaultThreads()),
        memoryBytes: Math.min(totalmem(), addressableBytes),
      }
}

/** A module with one vector constant, which is valid only if SIMD is supported. */
// prettier-ignore
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11)

const hasSimd = (): boolean => WebAssembly.validate(simdProbe)
