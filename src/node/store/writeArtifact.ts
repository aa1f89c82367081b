import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { replaceFile } from './durable'

/** Writes a file where a person asked for it, whole or not at all; the folder must be there. */
export function writeArtifact(out: string, bytes: Uint8Array): string {
  const path = resolve(out)
  if (!existsSync(dirname(path)))
    throw new NNOptError(
      'wrongCall',
      `'${path}': the folder '${dirname(path)}' does not exist: create it or choose another --out`,
    )
  replaceFile(path, bytes)
  return path
}
