import { readFileSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'

/** CPU features that determine the speed and exactness of int8. Flags are null if the system does not report them. */
export interface CpuInfo {
  readonly model: string
  readonly architecture: string
  readonly cores: number
  readonly avx2: boolean | null
  readonly avx512: boolean | null
  readonly vnni: boolean | null
  /** Instructions that multiply whole tiles of int8 and bfloat16. */
  readonly amx: boolean | null
  /** AVX-512 bfloat16 products, to which libraries may round float layers. */
  readonly bf16: boolean | null
}

export function cpuInfo(): CpuInfo {
  const flags = process.arch === 'x64' ? linuxFlags() : null
  const has = (...names: readonly string[]): boolean | null => flags && names.some((name) => flags.has(name))
  return {
    model: cpus()[0]?.model.trim() || 'unknown',
    architecture: process.arch,
    cores: availableParallelism(),
    avx2: has('avx2'),
    avx512: has('avx512f'),
    vnni: has('avx512_vnni', 'avx_vnni'),
    amx: has('amx_int8'),
    bf16: has('avx512_bf16'),
  }
}

/**
 * All instruction sets that the system lists, because virtual machines give CPUs of several generations the same name.
 */
export const cpuInstructions = (): readonly string[] => [...(linuxFlags() ?? [])].sort()

/** Instructions that decide what int8 files compute and how fast, widest first: their names in Linux, and what people call CPUs that have them. */
const levels = [
  ['amx_int8', 'AVX-512 with VNNI and AMX'],
  ['avx512_vnni', 'AVX-512 with VNNI'],
  ['avx_vnni', 'AVX2 with VNNI'],
  ['avx512f', 'AVX-512 without VNNI'],
  ['avx2', 'AVX2 without VNNI'],
  ['asimddp', 'NEON with dot products'],
  ['asimd', 'NEON'],
] as const

/** The level of this CPU, such as 'AVX2 without VNNI'; where the system does not list instructions, its architecture. */
export const instructionLevel = (instructions: readonly string[] = cpuInstructions()): string =>
  levels.find(([name]) => instructions.includes(name))?.[1] ?? `${process.arch}, level unknown on ${process.platform}`

function linuxFlags(): ReadonlySet<string> | null {
  if (process.platform !== 'linux') return null
  try {
    const line = readFileSync('/proc/cpuinfo', 'utf8')
      .split('\n')
      .find((text) => /^(flags|Features)\b/.test(text))
    return line ? new Set(line.split(':')[1]!.trim().split(/\s+/)) : null
  } catch {
    return null
  }
}

/** Current CPU state; null if the system does not report it. */
export interface CpuState {
  readonly frequencyMhz: number | null
  readonly temperatureC: number | null
}

export const cpuState = (): CpuState => ({ frequencyMhz: cpus()[0]?.speed || linuxMhz(), temperatureC: temperature() })

/**
 * Node reports 0 if the kernel has no frequency driver, as in virtual machines; the CPU's own value is still available.
 */
function linuxMhz(): number | null {
  if (process.platform !== 'linux') return null
  const found = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))
  return found ? Math.round(Number(found[1])) : null
}

const thermalFolder = '/sys/class/thermal'

/** Of the hottest zone that Linux reports. */
function temperature(): number | null {
  try {
    const zones = readdirSync(thermalFolder).filter((name) => name.startsWith('thermal_zone'))
    const degrees = zones.map((zone) => Number(readFileSync(join(thermalFolder, zone, 'temp'), 'utf8')) / 1000)
    return degrees.length > 0 ? Math.max(...degrees) : null
  } catch {
    return null
  }
}
