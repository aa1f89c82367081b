import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

const classes = { red: '#a03030', green: '#30a030' } as const
const perClass = { train: 6, test: 3 } as const
const size = 16

/** Writes a small folder of images in two classes and answers its path. */
export async function writePictures(folder: string): Promise<string> {
  for (const [split, count] of Object.entries(perClass))
    for (const [name, background] of Object.entries(classes)) {
      const target = join(folder, split, name)
      mkdirSync(target, { recursive: true })
      for (let index = 0; index < count; index++)
        await sharp({ create: { width: size, height: size + index, channels: 3, background } })
          .png()
          .toFile(join(target, `${index}.png`))
    }
  return folder
}
