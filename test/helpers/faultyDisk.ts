import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'

export interface DiskFault {
  /** Files under this path are on the failing disk. */
  readonly path: string
  /** Which call fails first, and how many do. */
  readonly at: number
  readonly count?: number
  readonly code?: 'EIO' | 'ENOSPC' | 'EROFS' | 'EDQUOT'
  readonly delayMs?: number
  /** A part of the command line of the processes that see it. */
  readonly program?: string
}

const source = join(import.meta.dirname, 'faultyDisk.c')

/** Compiles the shim; undefined where it cannot be. */
export function compileFaultyDisk(folder: string, file: string = source): string | undefined {
  if (process.platform !== 'linux') return undefined
  const library = join(folder, 'faultyDisk.so')
  const { status } = spawnSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, file, '-ldl'])
  return status === 0 ? library : undefined
}

/** The environment of processes that see a failing disk. */
export const faultEnvironment = (
  library: string,
  { path, at, count = 1_000_000_000, code = 'EIO', delayMs = 0, program }: DiskFault,
): Readonly<Record<string, string>> => ({
  LD_PRELOAD: library,
  FAULT_PATH: path,
  FAULT_AT: String(at),
  FAULT_COUNT: String(count),
  FAULT_ERRNO: String(constants.errno[code]),
  FAULT_DELAY_MS: String(delayMs),
  ...(program !== undefined && { FAULT_PROGRAM: program }),
})
