import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { NNOptError } from '../../shared/errors'

/** Makes a folder and those above it. One by one: where a file system refuses a new entry with ENOENT, as /proc does, Node's recursive form tries for ever. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  mkdirOnce(path)
}

function mkdirOnce(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT')
      throw new NNOptError(
        'storage',
        `folder '${path}' cannot be created: its file system does not allow new folders; choose another workspace folder`,
        { path },
        { cause: error },
      )
    // Another process may have been faster.
    if (code !== 'EEXIST') throw error
  }
}
