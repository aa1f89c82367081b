import type * as sqlite from 'node:sqlite'

/** Loads node:sqlite without its 'experimental' warning; every other warning still shows. */
export function loadSqlite(): typeof sqlite {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const resultCodes = { busy: 5, locked: 6, readOnly: 8, protocol: 15 } as const

/** The primary result code of an error that SQLite threw; undefined for other errors. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** Another connection is at work: the same call can succeed a moment later. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code === resultCodes.busy || code === resultCodes.locked || code === resultCodes.protocol
}

export const isReadOnly = (error: unknown): boolean => resultCode(error) === resultCodes.readOnly
