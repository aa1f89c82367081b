import { NNOptError } from '../../../shared/errors'
import { cpuInstructions } from '../../inference/cpu'

/**
 * Instruction set levels that this program's operations are compiled for, best first; 'base' is what every CPU of the
 * architecture supports.
 */
export const cpuLevels = ['x86-64-v4', 'x86-64-v3', 'base'] as const

export type CpuLevel = (typeof cpuLevels)[number]

const NEEDED: Readonly<Record<CpuLevel, readonly string[]>> = {
  'x86-64-v4': ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl', 'fma', 'avx2', 'bmi2'],
  'x86-64-v3': ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'],
  base: [],
}

/** The best level this CPU supports, or a lower one from $NNOPT_CPU_LEVEL, for comparisons. */
export function cpuLevel(
  flags: readonly string[] = cpuInstructions(),
  highest: string = process.env['NNOPT_CPU_LEVEL'] ?? cpuLevels[0],
): CpuLevel {
  const from = cpuLevels.findIndex((level) => level === highest)
  if (from < 0)
    throw new NNOptError('wrongCall', `NNOPT_CPU_LEVEL: expected one of ${cpuLevels.join(', ')}, got '${highest}'`)
  return cpuLevels.slice(from).find((level) => NEEDED[level].every((flag) => flags.includes(flag))) ?? 'base'
}
