import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { replaceFile } from './durable'

/** Files with their SHA-256 beside them, in the format of sha256sum. */
const sumFile = (path: string): string => `${path}.sha256`

const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function writeChecked(path: string, bytes: Uint8Array): void {
  replaceFile(path, bytes)
  writeSum(path, bytes)
}

/** For a file that is there. */
export const writeChecksum = (path: string): void => writeSum(path, readFileSync(path))

const writeSum = (path: string, bytes: Uint8Array): void =>
  replaceFile(sumFile(path), new TextEncoder().encode(sumLine(path, bytes)))

const sumLine = (path: string, bytes: Uint8Array): string => `${sumOf(bytes)}  ${basename(path)}\n`

/** A file's bytes and its checksum, for a folder that is written as a whole. */
export const withChecksum = (name: string, bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] => [
  [name, bytes],
  [sumFile(name), new TextEncoder().encode(sumLine(name, bytes))],
]

export function isUnchanged(path: string): boolean {
  try {
    readChecked(path)
    return true
  } catch (error) {
    if (error instanceof NNOptError) return false
    throw error
  }
}

/** Throws `storage` when the bytes are not those that were written; older programs wrote no checksum. */
export function readChecked(path: string): Buffer {
  const bytes = readFileSync(path)
  if (!existsSync(sumFile(path))) return bytes
  const written = readFileSync(sumFile(path), 'utf8')
  if (written === sumLine(path, bytes)) return bytes
  const [expected, found] = [written.slice(0, 64), sumOf(bytes)]
  if (found === expected) throw new NNOptError('storage', `'${sumFile(path)}' is damaged`, { file: sumFile(path) })
  throw new NNOptError(
    'storage',
    `'${path}' is damaged: expected SHA-256 ${expected.slice(0, 12)}…, got ${found.slice(0, 12)}…`,
    { file: path },
  )
}

/** The file and its checksum. */
export const checkedFiles = (path: string): readonly string[] => [path, sumFile(path)]
