import type { useEngine } from '../stores/engine'

/** Bytes per call; a frame may hold up to 32 MiB. */
const pieceBytes = 2 ** 20

/** Uploads a file in chunks and returns its path on the engine's machine. `onProgress` receives the share sent. */
export async function uploadFile(
  engine: Pick<ReturnType<typeof useEngine>, 'call'>,
  file: File,
  onProgress: (share: number) => void,
): Promise<string> {
  const { path } = await engine.call('uploads.begin', { fileName: file.name, sizeBytes: file.size })
  for (let offset = 0; offset < file.size; offset += pieceBytes) {
    const bytes = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer())
    await engine.call('uploads.append', { path, offset, bytes })
    onProgress((offset + bytes.length) / file.size)
  }
  return path
}
