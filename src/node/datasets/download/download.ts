import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Progress } from '../../../shared/types/progress'
import { NNOptError } from '../../../shared/errors'
import { syncPath } from '../../store/durable'
import { throwIfCancelled } from '../cancelled'

export interface Checksum {
  readonly algorithm: 'md5' | 'sha256'
  readonly hex: string
}

export interface DownloadOptions {
  readonly url: string
  /** Where to save the file; a partial download is next to it with the suffix `.part`. */
  readonly target: string
  readonly checksum: Checksum
  readonly onProgress: (progress: Progress) => void
  readonly signal?: AbortSignal | undefined
}

const httpPartial = 206
const httpRangeNotSatisfiable = 416

/**
 * How many times the connection may break before the download gives up; each attempt resumes where the last one
 * stopped.
 */
const attempts = 3

/**
 * Downloads a file, resuming an earlier attempt, and verifies it. An existing file that passes verification is used as
 * it is. Throws `unavailable` if the server cannot be reached (partial data is kept), `badInput` if the checksum is
 * wrong (data is removed), and `cancelled` on abort.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { target, checksum } = options
  if (await passes(target, checksum)) return
  const part = `${target}.part`
  await mkdir(dirname(target), { recursive: true })
  if (!(await passes(part, checksum))) await fetchAll(options, part)
  if (!(await passes(part, checksum))) {
    const { size } = await stat(part)
    await rm(part, { force: true })
    throw new NNOptError(
      'badInput',
      `'${options.url}': expected ${checksum.algorithm} ${checksum.hex}, got a different hash for ${size} bytes; the download was removed, so start it again`,
      { url: options.url },
    )
  }
  syncPath(part)
  await rename(part, target)
  syncPath(dirname(target))
}

async function fetchAll(options: DownloadOptions, part: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchRest(options, part)
    } catch (error) {
      throwIfCancelled(options.signal, `downloading '${basename(options.target)}'`)
      if (error instanceof NNOptError) throw error
      if (attempt === attempts) throw unreachable(options.url, await sizeOf(part), error)
    }
  }
}

function unreachable(url: string, have: number, error: unknown): NNOptError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new NNOptError(
    'unavailable',
    `'${url}' cannot be downloaded (${reason}); ${have} bytes are kept; start again to resume, or pass a local file`,
    { url, haveBytes: have },
    { cause: error },
  )
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

async function fetchRest({ url, onProgress, signal }: DownloadOptions, part: string): Promise<void> {
  const have = await sizeOf(part)
  const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {}, signal: signal ?? null })
  if (response.status === httpRangeNotSatisfiable) return
  if (!response.ok || !response.body)
    throw new NNOptError(
      'unavailable',
      `'${url}': expected the file, got status ${response.status} ${response.statusText}`.trimEnd(),
      { url, status: response.status },
    )
  const start = response.status === httpPartial ? have : 0
  const rest = Number(response.headers.get('content-length') ?? 0)
  const counter = countBytes(start, rest > 0 ? start + rest : undefined, onProgress)
  await pipeline(Readable.fromWeb(response.body), counter, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }))
}

function countBytes(start: number, total: number | undefined, onProgress: DownloadOptions['onProgress']): Transform {
  let done = start
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length
      onProgress({ label: 'downloading', done, ...(total !== undefined && { total }), unit: 'bytes' })
      next(null, chunk)
    },
  })
}

async function passes(path: string, { algorithm, hex }: Checksum): Promise<boolean> {
  if ((await sizeOf(path)) === 0) return false
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex') === hex
}
