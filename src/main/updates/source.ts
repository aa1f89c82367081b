import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isNewer, readRelease } from './release'
import type { Release, ReleaseFile } from './release'

/** Where releases are published, and the key that signs them. */
export interface UpdateSource {
  /** Address of a folder with latest.json, latest.json.sig and the installers. */
  readonly feed: string
  /** Ed25519, PEM. */
  readonly publicKey: string
}

type Fetch = (url: string) => Promise<Response>

async function get(fetch: Fetch, url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response
}
const bytesOf = async (fetch: Fetch, url: string): Promise<Uint8Array> =>
  new Uint8Array(await (await get(fetch, url)).arrayBuffer())

/** The latest release, where it is newer than this program. */
export async function findUpdate(
  { feed, publicKey }: UpdateSource,
  current: string,
  fetch: Fetch,
): Promise<Release | undefined> {
  const [text, signature] = await Promise.all([
    bytesOf(fetch, `${feed}/latest.json`),
    bytesOf(fetch, `${feed}/latest.json.sig`),
  ])
  const release = readRelease(text, signature, publicKey)
  return isNewer(release.version, current) ? release : undefined
}

/** Downloads an installer into a folder and answers its path. A file that is not the one that was signed is removed. */
export async function downloadFile(
  { feed }: UpdateSource,
  { name, sizeBytes, sha512 }: ReleaseFile,
  folder: string,
  fetch: Fetch,
): Promise<string> {
  const target = join(folder, name)
  const partial = `${target}.partial`
  const hash = createHash('sha512')
  let received = 0
  try {
    const { body } = await get(fetch, `${feed}/${name}`)
    if (!body) throw new Error(`${name} is empty`)
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          received += chunk.length
          if (received > sizeBytes) break
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(partial),
    )
    if (received !== sizeBytes || hash.digest('hex') !== sha512)
      throw new Error(`${name} is not the file that was published`)
    await rename(partial, target)
    return target
  } finally {
    await rm(partial, { force: true })
  }
}
