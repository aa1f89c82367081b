import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { halfTypes } from '../../../core/kernels/precision'
import type { MixedPrecision } from '../backend'
import { cpuLevel } from './cpuLevel'

const run = promisify(execFile)
const timeoutMs = 2000

/** NVIDIA compute capabilities from which tensor cores support these formats: Ampere and Volta. */
const bfloat16From = 8
const float16From = 7

const TILE_FLAGS = ['amx_tile', 'amx_bf16'] as const

/** The 'auto' choice for a GPU's compute capability; undefined if it is unknown. */
export function gpuPrecision(capability: number | undefined): MixedPrecision {
  if (capability !== undefined && capability >= bfloat16From)
    return {
      types: halfTypes,
      auto: 'bfloat16',
      reason: `the GPU's tensor cores multiply bfloat16 (compute capability ${capability})`,
    }
  if (capability !== undefined && capability >= float16From)
    return {
      types: halfTypes,
      auto: 'float16',
      reason: `the GPU's tensor cores multiply float16 (compute capability ${capability})`,
    }
  return {
    types: halfTypes,
    auto: 'fp32',
    reason:
      capability === undefined
        ? 'nvidia-smi reports no compute capability'
        : `the GPU has no tensor cores (compute capability ${capability})`,
  }
}

/**
 * On CPUs, 16 bits must be requested; they are faster on CPUs with matrix tiles (AMX). That they cost no accuracy has
 * only been measured to within two points (docs/results/mixed-precision.md).
 */
export function cpuPrecision(flags: readonly string[], hasOwnOperations: boolean): MixedPrecision {
  const isFaster =
    hasOwnOperations && TILE_FLAGS.every((flag) => flags.includes(flag)) && cpuLevel(flags) === 'x86-64-v4'
  return {
    types: halfTypes,
    auto: 'fp32',
    reason: isFaster
      ? 'the default on CPUs; bfloat16 is faster on this CPU because it has AMX'
      : 'the default on CPUs; this CPU is not faster in 16 bits',
  }
}

/** Of the first GPU; undefined if NVIDIA's tool is missing or does not report it. */
export async function computeCapability(): Promise<number | undefined> {
  const output = await run('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader'], {
    timeout: timeoutMs,
  }).then(
    ({ stdout }) => stdout,
    () => '',
  )
  const capability = Number.parseFloat(output)
  return Number.isFinite(capability) ? capability : undefined
}
