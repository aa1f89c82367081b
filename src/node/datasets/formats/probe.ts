import { open, readdir, stat } from 'node:fs/promises'
import { NNOptError } from '../../../shared/errors'
import { firstTarNames } from './tarEntries'

/** `file` is one that is no archive, such as a table of labels. */
export type SourceKind = 'folder' | 'tar' | 'tar.gz' | 'zip' | 'file'

/** What is known of a source at a glance. */
export interface SourceProbe {
  readonly path: string
  readonly kind: SourceKind
  /** Names in the folder; first entries of a tar; else empty. */
  readonly names: readonly string[]
}

const expected = 'expected a folder, a .tar, .tar.gz or .zip file, or a file of labels'

/** Magic bytes of common archive formats that are not supported. */
const foreign: readonly (readonly [string, string])[] = [
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['28b52ffd', 'zstd'],
  ['377abcaf271c', '7z'],
  ['526172211a07', 'rar'],
]

/** Inspects a path. Throws `notFound` if it does not exist, and `badInput` if it is neither a folder nor an archive. */
export async function probeSource(path: string): Promise<SourceProbe> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new NNOptError(
      'notFound',
      `'${path}' cannot be opened (${error.code ?? error.message}): ${expected}`,
      { path },
      { cause: error },
    )
  })
  if (stats.isDirectory()) return { path, kind: 'folder', names: (await readdir(path)).sort() }
  if (!stats.isFile())
    throw new NNOptError('badInput', `'${path}' is neither a file nor a folder: ${expected}`, { path })
  if (stats.size === 0) throw new NNOptError('badInput', `'${path}' is empty (0 bytes): ${expected}`, { path })
  const kind = fileKind(path, await firstBytes(path))
  return { path, kind, names: kind === 'zip' || kind === 'file' ? [] : await firstTarNames(path, kind) }
}

const tarMagic = { offset: 257, text: 'ustar' }

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function fileKind(path: string, bytes: Buffer): Exclude<SourceKind, 'folder'> {
  const hex = bytes.subarray(0, 8).toString('hex')
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return 'zip'
  if (hex.startsWith('1f8b')) return 'tar.gz'
  if (bytes.toString('latin1', tarMagic.offset, tarMagic.offset + tarMagic.text.length) === tarMagic.text) return 'tar'
  const other = foreign.find(([magic]) => hex.startsWith(magic))
  if (!other) return 'file'
  throw new NNOptError('badInput', `'${path}' is a ${other[1]} file: ${expected}`, { path })
}
