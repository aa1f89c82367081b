import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { oneof } from 'fast-check'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'
import { createBlobWriter } from '../../../../src/node/datasets/add/blobWriter'
import { recognise } from '../../../../src/node/datasets/formats/index'
import type { ForeignFile, FuzzKind } from '../kind'
import { byteMutations, treeMutations } from '../mutations'
import type { Mutation } from '../mutations'
import { tarOf } from '../tar'
import type { TarHeader } from '../tar'

const names = ['train/cat/1.png', 'train/dog/2.png', 'test/cat/3.png', 'readme.txt']

async function seeds(): Promise<readonly ForeignFile[]> {
  const files = Object.fromEntries(names.map((name) => [name, picture]))
  const tar = pack()
  for (const name of names) tar.entry({ name }, picture)
  tar.finalize()
  const tarBytes = await buffer(tar)
  return [
    { name: 'a.zip', bytes: zipSync(files) },
    { name: 'stored.zip', bytes: zipSync(files, { level: 0 }) },
    { name: 'a.tar', bytes: tarBytes },
    { name: 'a.tar.gz', bytes: gzipSync(tarBytes) },
  ]
}

const picture = Buffer.from('not an image, which nobody looks at before the archive is read')
const headers: readonly TarHeader[] = names.map((name) => ({
  name,
  size: picture.length.toString(8).padStart(11, '0'),
  type: '0',
  link: '',
}))

/** Entries that are none become entries with nothing right in them. */
const asList = (value: unknown): readonly TarHeader[] =>
  (Array.isArray(value) ? value : [value]).map((entry) => ({ name: 'a', size: '', type: '', link: '', ...entry }))

/** fflate itself stumbles over the one name that it cannot write. */
const zipOfNames = (value: unknown): Uint8Array =>
  zipSync(
    Object.fromEntries(
      (Array.isArray(value) ? value : [value])
        .map((name) => String(name).slice(0, 60_000))
        .filter((name) => name !== '__proto__')
        .map((name) => [name, picture]),
    ),
  )

/** What is inside a compressed archive, changed and compressed again. */
const ofUnpacked =
  (mutate: Mutation<Uint8Array>): Mutation<Uint8Array> =>
  (bytes) =>
    bytes[0] === 0x1f ? gzipSync(mutate(gunzipSync(bytes))) : mutate(bytes)

export const archive: FuzzKind = {
  id: 'archive',
  seeds,
  mutations: oneof(
    byteMutations,
    byteMutations.map(ofUnpacked),
    treeMutations.map((mutate) => () => zipOfNames(mutate(names))),
    treeMutations.map((mutate) => () => tarOf(asList(mutate(headers)), picture)),
  ),
  read: async ({ name, bytes }, folder) => {
    writeFileSync(join(folder, name), bytes)
    const blob = createBlobWriter(join(folder, 'blob'))
    try {
      const { format, probe } = await recognise(join(folder, name))
      return await format.read(probe, { blob, onProgress: () => undefined })
    } finally {
      blob.close()
    }
  },
}
