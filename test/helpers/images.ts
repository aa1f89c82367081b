import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { createRandom } from '../../src/core/data/random'

export interface ImageFolderOptions {
  readonly classes?: readonly string[]
  readonly perClass?: Readonly<Record<string, number>>
  readonly size?: number
}

/** Writes `<split>/<class>/<n>.png`: noise around one colour a class, so that a small network can learn it. */
export async function writeImageFolder(
  folder: string,
  { classes = ['blue', 'green', 'red'], perClass = { train: 24, test: 8 }, size = 16 }: ImageFolderOptions = {},
): Promise<string> {
  for (const [split, count] of Object.entries(perClass)) {
    for (const [label, name] of classes.entries()) {
      mkdirSync(join(folder, split, name), { recursive: true })
      for (let index = 0; index < count; index++)
        await writeImage(join(folder, split, name, `${index}.png`), size, label, [split.length, label, index])
    }
  }
  return folder
}

async function writeImage(file: string, size: number, label: number, keys: readonly number[]): Promise<void> {
  const random = createRandom(...keys)
  const pixels = Uint8Array.from(
    { length: size * size * 3 },
    (_, at) => (at % 3 === label % 3 ? 150 : 60) + random.integer(90),
  )
  await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(file)
}
