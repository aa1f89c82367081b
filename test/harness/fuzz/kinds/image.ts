import sharp from 'sharp'
import { NNOptError } from '../../../../src/shared/errors'
import { loadDecoder } from '../../../../src/node/datasets/worker/decoder'
import { UnreadableImage } from '../../../../src/node/datasets/worker/unreadableImage'
import type { ForeignFile, FuzzKind } from '../kind'
import { byteMutations } from '../mutations'

async function seeds(): Promise<readonly ForeignFile[]> {
  const noise = Uint8Array.from({ length: 24 * 16 * 3 }, (_, at) => (at * 7919) % 256)
  const picture = () => sharp(noise, { raw: { width: 24, height: 16, channels: 3 } })
  return [
    { name: 'a.jpg', bytes: await picture().jpeg().toBuffer() },
    { name: 'progressive.jpg', bytes: await picture().jpeg({ progressive: true }).toBuffer() },
    { name: 'a.png', bytes: await picture().png().toBuffer() },
    { name: 'palette.png', bytes: await picture().png({ palette: true, progressive: true }).toBuffer() },
    { name: 'a.webp', bytes: await picture().webp().toBuffer() },
    { name: 'lossless.webp', bytes: await picture().webp({ lossless: true }).toBuffer() },
  ]
}

export const image: FuzzKind = {
  id: 'image',
  seeds,
  mutations: byteMutations,
  read: async ({ bytes }) => {
    const decode = await loadDecoder()
    try {
      return await decode(Buffer.from(bytes))
    } catch (error) {
      // A dataset lists these with the reason and goes on.
      if (error instanceof UnreadableImage) throw new NNOptError('badInput', error.message)
      throw error
    }
  },
}
