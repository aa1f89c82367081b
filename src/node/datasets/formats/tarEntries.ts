import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { PassThrough, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { Extract } from 'tar-stream'
import { NNOptError } from '../../../shared/errors'
import { throwIfCancelled } from '../cancelled'
import { createArchiveBudget } from './archiveBudget'
import { safePath } from './safePath'

export interface TarEntry {
  /** With '/', validated. */
  readonly path: string
  readonly type: 'file' | 'folder' | 'link' | 'special'
  readonly sizeBytes: number
  /** The whole content; call it before requesting the next entry, or not at all. */
  bytes(): Promise<Buffer>
}

export interface TarOptions {
  readonly signal?: AbortSignal | undefined
  onProgress?(doneBytes: number, totalBytes: number): void
}

/** Largest file accepted as an image. */
export const maxEntryBytes = 256 * 2 ** 20

/**
 * Streams the entries of a tar or tar.gz in order. Throws `badInput` if the archive is truncated or damaged, with the
 * last good entry.
 */
export async function* tarEntries(
  path: string,
  kind: 'tar' | 'tar.gz',
  { signal, onProgress }: TarOptions = {},
): AsyncGenerator<TarEntry> {
  const { size } = await stat(path)
  const archive = basename(path)
  const budget = createArchiveBudget(archive, size)
  const source = createReadStream(path, { highWaterMark: 2 ** 20 })
  const untar = extract()
  // The callback keeps a failing pipeline from raising an uncaught error; the loop below gets the same error from
  // `untar`.
  pipeline(source, kind === 'tar.gz' ? createGunzip() : new PassThrough(), untar, () => undefined)
  let last = 'its start'
  try {
    for await (const entry of untar) {
      throwIfCancelled(signal, `reading '${archive}'`)
      const entryPath = safePath(archive, entry.header.name)
      budget.take(entry.header.size)
      yield {
        path: entryPath,
        type: entryType(entry.header.type),
        sizeBytes: entry.header.size,
        bytes: () => readAll(entry),
      }
      entry.resume()
      last = `'${entryPath}'`
      onProgress?.(source.bytesRead, size)
    }
    if (kind === 'tar') await assertEnded(path, size)
  } catch (error) {
    throw error instanceof NNOptError ? error : damaged(path, last, error)
  } finally {
    source.destroy()
  }
}

function entryType(type: string): TarEntry['type'] {
  if (type === 'file' || type === 'contiguous-file') return 'file'
  if (type === 'directory') return 'folder'
  return type === 'link' || type === 'symlink' ? 'link' : 'special'
}

type EntryStream = Extract extends AsyncIterable<infer Entry> ? Entry : never

function readAll(entry: EntryStream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    entry.on('data', (chunk) => void (chunk instanceof Uint8Array && chunks.push(chunk)))
    entry.on('error', reject)
    entry.on('end', () => {
      const bytes = Buffer.concat(chunks)
      if (bytes.length === entry.header.size) resolve(bytes)
      else reject(new Error('unexpected end of file'))
    })
  })
}

const blockBytes = 512

/** A tar ends with zero blocks; without them, truncation between two entries would go unnoticed. */
async function assertEnded(path: string, size: number): Promise<void> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(blockBytes),
      0,
      blockBytes,
      Math.max(0, size - blockBytes),
    )
    if (bytesRead < blockBytes || buffer.some((byte) => byte !== 0))
      throw new Error('unexpected end of file: the closing zero blocks are missing')
  } finally {
    await file.close()
  }
}

function damaged(path: string, last: string, error: unknown): NNOptError {
  const reason = error instanceof Error ? error.message : String(error)
  const isCut = /unexpected end|premature close|end of data/i.test(reason)
  const what = isCut ? 'is truncated' : 'is damaged or not a tar archive'
  return new NNOptError(
    'badInput',
    `'${path}' ${what} after ${last} (${reason}): expected a complete archive; nothing was added`,
    { path },
    { cause: error },
  )
}

const namesLookedAt = 8

/** Paths of the first entries, enough to identify the archive. */
export async function firstTarNames(path: string, kind: 'tar' | 'tar.gz'): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { path: name } of tarEntries(path, kind)) {
    names.push(name)
    if (names.length === namesLookedAt) break
  }
  return names
}
