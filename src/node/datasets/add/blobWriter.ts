import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Appends to a file in large chunks and reports the offset of each part. */
export interface BlobWriter {
  readonly path: string
  /** Offset of the bytes in the file. Throws what the disk says if it rejects them. */
  append(bytes: Uint8Array): number
  /** Flushes the buffer and syncs the file to disk. */
  close(): void
}

const bufferBytes = 4 * 2 ** 20

export function createBlobWriter(path: string): BlobWriter {
  const file = openSync(path, 'w')
  const buffer = Buffer.alloc(bufferBytes)
  let [held, size, isOpen] = [0, 0, true]
  const write = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
  }
  const flush = (): void => {
    write(buffer.subarray(0, held))
    held = 0
  }
  return {
    path,
    append(bytes) {
      const offset = size
      size += bytes.length
      if (held + bytes.length > bufferBytes) flush()
      if (bytes.length > bufferBytes) write(bytes)
      else held += copyInto(buffer, held, bytes)
      return offset
    },
    close() {
      if (!isOpen) return
      isOpen = false
      try {
        flush()
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    },
  }
}

function copyInto(buffer: Buffer, at: number, bytes: Uint8Array): number {
  buffer.set(bytes, at)
  return bytes.length
}
