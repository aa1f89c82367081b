import { beforeAll, describe, expect, it } from 'vitest'
import { loadDecoder } from '../../src/node/datasets/worker/decoder'
import type { Decode } from '../../src/node/datasets/worker/decoder'
import golden from './data-decode.json'
import { sha256 } from './dataImages'

let decode: Decode
beforeAll(async () => {
  decode = await loadDecoder()
})

describe(`the decoder against Pillow ${golden.versions.pillow}`, () => {
  it.each(golden.files.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const { width, height, data } = await decode(Buffer.from(entry.base64, 'base64'))
    expect({ width, height, sha256: sha256(data) }).toEqual({
      width: entry.width,
      height: entry.height,
      sha256: entry.sha256,
    })
  })
})

describe('what the decoder refuses', () => {
  const jpeg = Buffer.from(golden.files[0]!.base64, 'base64')
  const png = Buffer.from(golden.files.find(({ name }) => name === 'png rgb')?.base64 ?? '', 'base64')
  const endMarker = Buffer.from([0xff, 0xd9])
  // Early enough: libvips does not see the warnings of the last block of rows.
  const damaged = Buffer.concat([jpeg.subarray(0, -500), endMarker, jpeg.subarray(-498)])
  const cases = [
    { name: 'nothing', bytes: Buffer.alloc(0), reason: 'is empty (0 bytes)' },
    {
      name: 'text',
      bytes: Buffer.from('hello world'),
      reason: 'is not a JPEG, PNG or WebP image (it starts with the bytes 68656c6c6f20776f)',
    },
    { name: 'a gif', bytes: Buffer.from('GIF89a'), reason: 'is not a JPEG, PNG or WebP image' },
    {
      name: 'an svg',
      bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'),
      reason: 'is not a JPEG, PNG or WebP image',
    },
    { name: 'half a jpeg', bytes: jpeg.subarray(0, jpeg.length / 2), reason: 'cannot be decoded' },
    { name: 'a jpeg whose data end before its rows do', bytes: damaged, reason: 'cannot be decoded' },
    { name: 'half a png', bytes: png.subarray(0, png.length / 2), reason: 'cannot be decoded' },
    { name: 'a png header', bytes: png.subarray(0, 20), reason: 'cannot be decoded' },
  ]
  it.each(cases)('$name', async ({ bytes, reason }) => {
    await expect(decode(bytes)).rejects.toThrow(reason)
  })
})
