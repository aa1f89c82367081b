import type { Version } from '../../shared/types'
import type { useEngine } from '../stores/engine'
import { saveFile } from './saveFile'

/** Bytes per call; the contract allows up to 4 MiB. */
const pieceBytes = 2 ** 20

/** Downloads a version's model in chunks and saves it as a file. `onProgress` receives the share received. */
export async function downloadVersion(
  engine: Pick<ReturnType<typeof useEngine>, 'call'>,
  version: Pick<Version, 'id'>,
  onProgress: (share: number) => void = () => undefined,
): Promise<void> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let [offset, total, name] = [0, Infinity, '']
  while (offset < total) {
    const { bytes, totalBytes, fileName } = await engine.call('versions.read', {
      version: version.id,
      offset,
      length: pieceBytes,
    })
    pieces.push(new Uint8Array(bytes))
    offset += bytes.length
    ;[total, name] = [totalBytes, fileName]
    onProgress(offset / total)
  }
  saveFile(name, 'application/octet-stream', pieces)
}
