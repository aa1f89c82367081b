import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NNOptError } from '../../../../shared/errors'
import type { WheelFile } from './packageIndex'
import type { OnProgress } from './progress'

const HTTP_PARTIAL = 206
const HTTP_RANGE_NOT_SATISFIABLE = 416

export interface DownloadOptions {
  readonly onProgress: OnProgress
  readonly signal?: AbortSignal | undefined
}

/** Downloads a file into a folder, resuming an earlier attempt, and verifies its SHA-256; returns its path. */
export async function download(file: WheelFile, folder: string, options: DownloadOptions): Promise<string> {
  const target = join(folder, file.fileName)
  if (await isComplete(target, file.sha256)) return target
  const part = `${target}.part`
  await fetchRest(file, part, options)
  if (!(await isComplete(part, file.sha256))) {
    await rm(part, { force: true })
    throw new NNOptError(
      'badInput',
      `'${file.fileName}': its SHA-256 does not match the package index; the download was removed, so start it again`,
    )
  }
  await rename(part, target)
  return target
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

async function fetchRest(file: WheelFile, part: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  const have = await sizeOf(part)
  const response = await fetch(file.url, {
    headers: have > 0 ? { range: `bytes=${have}-` } : {},
    signal: signal ?? null,
  })
  if (response.status === HTTP_RANGE_NOT_SATISFIABLE) return
  if (!response.ok || !response.body)
    throw new NNOptError(
      'unavailable',
      `'${file.fileName}': the server returned ${response.status}; start the installation again to continue`,
    )
  const resumed = response.status === HTTP_PARTIAL
  const start = resumed ? have : 0
  const totalBytes = start + Number(response.headers.get('content-length') ?? 0)
  const body = Readable.fromWeb(response.body)
  await pipeline(
    body,
    counter(file.fileName, start, totalBytes, onProgress),
    createWriteStream(part, { flags: resumed ? 'a' : 'w' }),
  )
}

function counter(name: string, start: number, totalBytes: number, onProgress: OnProgress): Transform {
  let doneBytes = start
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      doneBytes += chunk.length
      onProgress({ phase: 'download', message: name, doneBytes, totalBytes })
      done(null, chunk)
    },
  })
}

async function isComplete(path: string, sha256: string | undefined): Promise<boolean> {
  if ((await sizeOf(path)) === 0) return false
  if (sha256 === undefined) return true
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex') === sha256
}
