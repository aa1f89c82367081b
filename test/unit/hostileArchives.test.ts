import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { zipSync } from 'fflate'
import sharp from 'sharp'
import { pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { createBlobWriter } from '../../src/node/datasets/add/blobWriter'
import { probeSource } from '../../src/node/datasets/formats/probe'
import { tarFormat } from '../../src/node/datasets/formats/tar'
import { zipFormat } from '../../src/node/datasets/formats/zip'
import { loadDecoder, mostPixels } from '../../src/node/datasets/worker/decoder'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('hostile-archives')

async function readArchive(file: string, format: typeof zipFormat): Promise<unknown> {
  const blob = createBlobWriter(join(folder, `${file}.blob`))
  try {
    return await format.read(await probeSource(join(folder, file)), { blob, onProgress: () => undefined })
  } finally {
    blob.close()
  }
}

const zeros = new Uint8Array(64 * 2 ** 20)

describe('archives that are none of images', () => {
  it('a zip of a few bytes that promises 300 MiB is refused before it is unpacked', async () => {
    const bytes = Buffer.from(zipSync({ 'train/a/1.png': new Uint8Array(100) }))
    const directory = bytes.indexOf(Buffer.from('504b0102', 'hex'))
    bytes.writeUInt32LE(300 * 2 ** 20, directory + 24)
    writeFileSync(join(folder, 'bomb.zip'), bytes)
    await expect(readArchive('bomb.zip', zipFormat)).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringContaining('50 times its size'),
    })
  })

  it('a tar.gz that unpacks to 320 MiB is refused', async () => {
    const archive = pack()
    const written = pipeline(archive, createGzip({ level: 1 }), createWriteStream(join(folder, 'bomb.tar.gz')))
    for (let index = 0; index < 5; index++) archive.entry({ name: `train/a/${index}.png` }, Buffer.from(zeros))
    archive.finalize()
    await written
    await expect(readArchive('bomb.tar.gz', tarFormat)).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringContaining('50 times its size'),
    })
  })

  it('a flipped bit in a zip is an error that names the entry', async () => {
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const bytes = zipSync({ 'train/a/1.png': new Uint8Array(image) }, { level: 0 })
    const at = Buffer.from(bytes).indexOf(image) + image.length - 20
    bytes[at]! ^= 1
    writeFileSync(join(folder, 'flipped.zip'), bytes)
    await expect(readArchive('flipped.zip', zipFormat)).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringMatching(/flipped\.zip.*checksum of 'train\/a\/1\.png' differs/),
    })
  })
})

describe('images of too many pixels', () => {
  it('are refused by their size, before they are decoded', async () => {
    const side = 16_000
    const huge = await sharp({
      create: { width: side, height: side, channels: 3, background: 'red' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toBuffer()
    const decode = await loadDecoder()
    await expect(decode(huge)).rejects.toThrow(`has more than ${mostPixels} pixels`)
  })
})
