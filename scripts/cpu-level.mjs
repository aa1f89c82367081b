import { readFileSync } from 'node:fs'

/** Instruction sets that change what int8 files compute or how fast, the widest first: as Linux names them, and as people do. */
const levels = [
  ['amx_int8', 'AVX-512 with VNNI and AMX'],
  ['avx512_vnni', 'AVX-512 with VNNI'],
  ['avx_vnni', 'AVX2 with VNNI'],
  ['avx512f', 'AVX-512 without VNNI'],
  ['avx2', 'AVX2 without VNNI'],
  ['asimddp', 'NEON with dot products'],
  ['asimd', 'NEON'],
]

/** The CPU's level, such as 'AVX2 without VNNI'; where the system does not say it, the architecture. */
export function cpuLevel() {
  const flags = new Set(cpuFlags())
  return levels.find(([flag]) => flags.has(flag))?.[1] ?? `${process.arch}, level unknown on ${process.platform}`
}

function cpuFlags() {
  if (process.platform !== 'linux') return []
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))
  return line ? line[1].split(' ') : []
}
