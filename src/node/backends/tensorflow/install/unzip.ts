import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as yauzl from 'yauzl'
import { NNOptError } from '../../../../shared/errors'

const isWantedFile = (name: string, wanted: (name: string) => boolean): boolean => !name.endsWith('/') && wanted(name)

/**
 * Extracts the files that `wanted` accepts and returns their names. Throws `badInput` if the archive is damaged or has
 * an entry outside its folder.
 */
export async function unzip(
  file: string,
  folder: string,
  wanted: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const zip = await yauzl.openPromise(file).catch((cause: unknown) => {
    throw new NNOptError('badInput', `'${file}': expected a readable zip archive`, {}, { cause })
  })
  const written: string[] = []
  for await (const entry of zip.eachEntry()) {
    signal?.throwIfAborted()
    if (!isWantedFile(entry.fileName, wanted)) continue
    await write(zip, entry, inside(folder, entry.fileName))
    written.push(entry.fileName)
  }
  return written
}

async function write(zip: yauzl.ZipFile, entry: yauzl.Entry, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target))
}

function inside(folder: string, name: string): string {
  const path = normalize(join(folder, name))
  if (!path.startsWith(normalize(folder) + sep))
    throw new NNOptError('badInput', `archive entry '${name}' points outside the target folder`)
  return path
}
