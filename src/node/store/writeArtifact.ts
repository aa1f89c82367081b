import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { createFile, replaceFile } from './durable'

/** Writes a file to a path of the caller's choice, whole or not at all; its folder must exist. Throws `conflict` where a file exists that must stay. */
export function writeArtifact(out: string, bytes: Uint8Array, overwrite = true): string {
  const path = resolve(out)
  if (!existsSync(dirname(path)))
    throw new NNOptError(
      'wrongCall',
      `'${path}': the folder '${dirname(path)}' does not exist: create it or choose another --out`,
    )
  if (overwrite) replaceFile(path, bytes)
  else createFile(path, bytes)
  return path
}
