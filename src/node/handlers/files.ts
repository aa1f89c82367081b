import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Handlers } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { createId } from '../store/ids'
import type { HostParts } from './parts'

type UploadHandlers = Pick<Handlers, 'uploads.begin' | 'uploads.append'>

/** Files uploaded by a browser in chunks, each in its own folder in `.uploads`. */
export function uploadHandlers({ store: { paths } }: HostParts): UploadHandlers {
  return {
    'uploads.begin': ({ fileName }) => {
      const folder = join(paths.uploads, createId('u'))
      mkdirSync(folder, { recursive: true })
      const path = join(folder, basename(fileName))
      closeSync(openSync(path, 'wx'))
      return { path }
    },
    'uploads.append': ({ path, offset, bytes }) => {
      const file = resolve(path)
      if (dirname(dirname(file)) !== paths.uploads) throw new NNOptError('wrongCall', `'${path}' is not an upload`)
      const received = statSync(file).size
      if (offset !== received)
        throw new NNOptError(
          'wrongCall',
          `upload '${basename(file)}': expected the chunk at ${received}, got ${offset}`,
        )
      append(file, bytes)
      return { receivedBytes: received + bytes.length }
    },
  }
}

function append(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
  } finally {
    closeSync(descriptor)
  }
}

const keptMs = 24 * 3600 * 1000

/** Removes uploads that no import will use any more. */
export function clearOldUploads({ store: { paths } }: Pick<HostParts, 'store'>): void {
  if (!existsSync(paths.uploads)) return
  for (const folder of readdirSync(paths.uploads).map((name) => join(paths.uploads, name))) {
    if (Date.now() - statSync(folder).mtimeMs > keptMs) rmSync(folder, { recursive: true, force: true })
  }
}
