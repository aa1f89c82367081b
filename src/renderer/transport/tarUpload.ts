import type { useEngine } from '../stores/engine'

const blockBytes = 512
/** A frame may hold up to 32 MiB. */
const pieceBytes = 2 ** 20
const text = new TextEncoder()

/** Name and folder of a header: 100 and 155 bytes (POSIX ustar). */
function nameFields(path: string): { readonly name: string; readonly prefix: string } {
  if (text.encode(path).length <= 100) return { name: path, prefix: '' }
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
    if (text.encode(name).length <= 100 && text.encode(prefix).length <= 155) return { name, prefix }
  }
  throw new Error(
    `'${path}': expected names of at most 100 bytes in folders of at most 155; rename the file or send a zip archive`,
  )
}

const checksumAt = 148

function header(path: string, size: number): Uint8Array {
  const block = new Uint8Array(blockBytes)
  const put = (at: number, value: string): void => block.set(text.encode(value), at)
  const { name, prefix } = nameFields(path)
  put(0, name)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${size.toString(8).padStart(11, '0')}\0`)
  put(136, '00000000000\0')
  put(checksumAt, '        ')
  put(156, '0')
  put(257, 'ustar\x0000')
  put(345, prefix)
  put(
    checksumAt,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  )
  return block
}

/** A file with its path in the folder. */
export interface PlacedFile {
  readonly path: string
  readonly file: File
}

export const placed = (files: readonly File[]): readonly PlacedFile[] =>
  files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))

/** A folder's files as a tar stream that never holds all of them in memory. */
async function* archive(files: readonly PlacedFile[]): AsyncGenerator<Uint8Array> {
  for (const { path, file } of files) {
    yield header(path, file.size)
    yield new Uint8Array(await file.arrayBuffer())
    yield new Uint8Array((blockBytes - (file.size % blockBytes)) % blockBytes)
  }
  yield new Uint8Array(2 * blockBytes)
}

const padded = (size: number): number => blockBytes + Math.ceil(size / blockBytes) * blockBytes

/** Uploads a folder as one tar archive and returns its path there. `onProgress` receives the share sent. */
export async function uploadFolder(
  engine: Pick<ReturnType<typeof useEngine>, 'call'>,
  name: string,
  files: readonly PlacedFile[],
  onProgress: (share: number) => void,
): Promise<string> {
  const total = files.reduce((sum, { file }) => sum + padded(file.size), 2 * blockBytes)
  const { path } = await engine.call('uploads.begin', { fileName: `${name}.tar`, sizeBytes: total })
  let [offset, filled, piece] = [0, 0, new Uint8Array(pieceBytes)]
  const send = async (): Promise<void> => {
    await engine.call('uploads.append', { path, offset, bytes: piece.subarray(0, filled) })
    offset += filled
    ;[filled, piece] = [0, new Uint8Array(pieceBytes)]
    onProgress(offset / total)
  }
  for await (const part of archive(files)) {
    for (let done = 0; done < part.length;) {
      const taken = Math.min(part.length - done, pieceBytes - filled)
      piece.set(part.subarray(done, done + taken), filled)
      done += taken
      filled += taken
      if (filled === pieceBytes) await send()
    }
  }
  if (filled > 0) await send()
  return path
}
