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
  replaceFile(sumFile(path), new TextEncoder().encode(`${sumOf(bytes)}  ${basename(path)}\n`))

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
  const [expected = ''] = readFileSync(sumFile(path), 'utf8').split(' ')
  const found = sumOf(bytes)
  if (found === expected) return bytes
  throw new NNOptError(
    'storage',
    `'${path}' is damaged: expected SHA-256 ${expected.slice(0, 12)}…, got ${found.slice(0, 12)}…`,
    { file: path },
  )
}

/** The file and its checksum. */
export const checkedFiles = (path: string): readonly string[] => [path, sumFile(path)]
