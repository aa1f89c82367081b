/** What a tar header says of an entry; anything may stand there. */
export interface TarHeader {
  readonly name: unknown
  /** Octal text. */
  readonly size: unknown
  /** '0' a file, '1' a hard link, '2' a link, '3' a device, '5' a folder, 'x' an extended header. */
  readonly type: unknown
  readonly link: unknown
}

const blockBytes = 512

/** A tar archive with these headers, whose checksums are right whatever they say (POSIX.1-1988, ustar). */
export function tarOf(entries: readonly TarHeader[], content: Uint8Array): Uint8Array {
  const body = Buffer.alloc(Math.ceil(content.length / blockBytes) * blockBytes)
  body.set(content)
  return Buffer.concat([...entries.flatMap((entry) => [headerOf(entry), body]), Buffer.alloc(2 * blockBytes)])
}

function headerOf({ name, size, type, link }: TarHeader): Buffer {
  const header = Buffer.alloc(blockBytes)
  header.write(String(name).slice(0, 100), 0)
  header.write('0000644\0' + '0000000\0' + '0000000\0', 100)
  header.write(`${String(size).slice(0, 11)}\0`, 124)
  header.write('00000000000\0', 136)
  header.fill(' ', 148, 156)
  header.write(String(type).slice(0, 1), 156)
  header.write(String(link).slice(0, 100), 157)
  header.write('ustar\0' + '00', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
