import { availableParallelism } from 'node:os'
import { NNOptError } from '../../../shared/errors'

/** More threads would mostly wait for memory. */
const MOST_THREADS = 8
/** The maximum that can be requested. */
const HIGHEST_THREADS = 64

/** $NNOPT_WASM_THREADS, or one per core. */
export function defaultThreads(): number {
  const given = process.env['NNOPT_WASM_THREADS']
  if (given === undefined) return Math.min(availableParallelism(), MOST_THREADS)
  const threads = Number(given)
  if (Number.isInteger(threads) && threads >= 1 && threads <= HIGHEST_THREADS) return threads
  throw new NNOptError(
    'wrongCall',
    `NNOPT_WASM_THREADS: expected a whole number from 1 to ${HIGHEST_THREADS}, got '${given}'`,
  )
}

export const deviceName = (threads: number): string => `CPU (${threads} ${threads === 1 ? 'thread' : 'threads'}, SIMD)`
