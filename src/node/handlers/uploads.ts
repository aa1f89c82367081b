import { closeSync, existsSync, openSync, readdirSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Handlers } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { createId } from '../store/ids'
import { makeFolder } from '../store/makeFolder'
import type { WorkspacePaths } from '../store/workspace'
import type { HostParts } from './parts'
import { uploadName } from './uploadName'

type UploadHandlers = Pick<Handlers, 'uploads.begin' | 'uploads.append'>

const keptMs = 24 * 3600 * 1000
/** Uploads of one day. */
const mostUploads = 1000
/** Left free for the database and for work under way. */
const reservedBytes = 256 * 2 ** 20

/** Files that arrive in chunks, each in its own folder under `.uploads`. The folder's name ends with the size that was announced. */
export function uploadHandlers({ store: { paths } }: Pick<HostParts, 'store'>): UploadHandlers {
  return {
    'uploads.begin': ({ fileName, sizeBytes }) => {
      clearOldUploads(paths)
      assertRoom(paths, sizeBytes)
      const folder = join(paths.uploads, `${createId('u')}-${sizeBytes}`)
      makeFolder(folder)
      const path = join(folder, uploadName(fileName))
      closeSync(openSync(path, 'wx'))
      return { path }
    },
    'uploads.append': ({ path, offset, bytes }) => {
      const file = resolve(path)
      const announced = announcedBytes(paths, file)
      const received = announced === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.size
      if (announced === undefined || received === undefined)
        throw new NNOptError('wrongCall', `'${path}' is not an upload`)
      if (offset !== received)
        throw new NNOptError(
          'wrongCall',
          `upload '${basename(file)}': expected the chunk at ${received}, got ${offset}`,
        )
      if (received + bytes.length > announced)
        throw new NNOptError(
          'wrongCall',
          `upload '${basename(file)}': expected ${announced} bytes in all, got ${received + bytes.length}`,
        )
      append(file, bytes)
      return { receivedBytes: received + bytes.length }
    },
  }
}

function assertRoom({ root, uploads }: WorkspacePaths, sizeBytes: number): void {
  if (existsSync(uploads) && readdirSync(uploads).length >= mostUploads)
    throw new NNOptError('conflict', `${mostUploads} uploads are waiting: expected fewer in 24 hours; try again later`)
  const { bavail, bsize } = statfsSync(root)
  const free = Math.max(0, bavail * bsize - reservedBytes)
  if (sizeBytes > free)
    throw new NNOptError(
      'storage',
      `an upload of ${sizeBytes} bytes does not fit: ${free} bytes are free; make room in the workspace first`,
    )
}

/** Undefined where a path is no upload's. */
function announcedBytes({ uploads }: WorkspacePaths, file: string): number | undefined {
  const folder = dirname(file)
  const size = /^u-\w+-\w+-(\d+)$/.exec(basename(folder))?.[1]
  return dirname(folder) === uploads && size !== undefined ? Number(size) : undefined
}

function append(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'a')
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
  } finally {
    closeSync(descriptor)
  }
}

/** Removes uploads that nothing will be imported from any more. */
export function clearOldUploads({ uploads }: Pick<WorkspacePaths, 'uploads'>): void {
  if (!existsSync(uploads)) return
  for (const folder of readdirSync(uploads).map((name) => join(uploads, name))) {
    if (Date.now() - statSync(folder).mtimeMs > keptMs) rmSync(folder, { recursive: true, force: true })
  }
}
