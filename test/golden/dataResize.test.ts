import { describe, expect, it } from 'vitest'
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from '../../src/core/data/color'
import type { RgbImage } from '../../src/core/data/image'
import { geometry, preprocess } from '../../src/core/data/preprocess'
import type { Preprocessing } from '../../src/core/data/preprocessing'
import { resizeBilinear, resizeWindow } from '../../src/core/data/resize/index'
import golden from './data-resize.json'
import { sha256, sourceImage } from './dataImages'

const triple = (values: readonly number[]): readonly [number, number, number] => [values[0]!, values[1]!, values[2]!]
const imageOf = (source: readonly number[]): RgbImage => sourceImage(source[0]!, source[1]!, source[2]!)

interface GoldenPixels {
  readonly sha256: string
  readonly base64?: string
}

/** Pixels first, where they are kept: a difference then shows which. */
function expectPixels(image: RgbImage, { sha256: expected, base64 }: GoldenPixels): void {
  if (base64 !== undefined) expect(Buffer.from(image.data)).toEqual(Buffer.from(base64, 'base64'))
  expect(sha256(image.data)).toBe(expected)
}

describe(`resizeBilinear against Pillow ${golden.versions.pillow}`, () => {
  it.each(
    golden.resize.map(
      (entry) =>
        [
          `${entry.source.slice(0, 2).join('×')} to ${entry.target.join('×')}${entry.box ? ` of box ${entry.box.join(' ')}` : ''}`,
          entry,
        ] as const,
    ),
  )('%s', (_, entry) => {
    const box = entry.box && { left: entry.box[0]!, top: entry.box[1]!, right: entry.box[2]!, bottom: entry.box[3]! }
    expectPixels(resizeBilinear(imageOf(entry.source), entry.target[0]!, entry.target[1]!, box), entry)
  })

  it('computes a window of the result as the whole result has it', () => {
    const image = sourceImage(50, 41, 3)
    const whole = resizeBilinear(image, 70, 60)
    const part = resizeWindow(image, whole, { left: 11, top: 7, width: 31, height: 45 })
    for (let row = 0; row < 45; row++)
      expect(part.data.subarray(row * 93, row * 93 + 93)).toEqual(
        whole.data.subarray(((row + 7) * 70 + 11) * 3, ((row + 7) * 70 + 42) * 3),
      )
  })
})

describe('the evaluation transform against Pillow and float32', () => {
  it.each(
    golden.evaluation.map(
      (entry) =>
        [`${entry.source.slice(0, 2).join('×')}, short side ${entry.shortSide}, crop ${entry.crop}`, entry] as const,
    ),
  )('%s', (_, entry) => {
    const image = imageOf(entry.source)
    const preprocessing: Preprocessing = {
      resize: entry.shortSide === null ? null : { shortSide: entry.shortSide },
      crop: entry.crop === null ? null : { width: entry.crop, height: entry.crop },
      mean: triple(entry.mean),
      std: triple(entry.std),
      interpolation: 'bilinear',
    }
    const pixels = geometry(image, preprocessing)
    expect(sha256(pixels.data)).toBe(entry.pixelsSha256)
    const floats = new Float32Array(pixels.data.length)
    preprocess(image, preprocessing, floats, 0, 'nchw')
    expect([...floats.subarray(0, 6)]).toEqual(entry.first)
    expect(sha256(new Uint8Array(floats.buffer))).toBe(entry.floatsSha256)
  })
})

const adjust: Readonly<Record<string, (image: RgbImage, value: number) => RgbImage>> = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
}

describe('colour changes against Pillow', () => {
  it.each(golden.color.map((entry) => [`${entry.name} ${entry.value}`, entry] as const))('%s', (_, entry) => {
    expectPixels(adjust[entry.name]!(sourceImage(29, 23, entry.seed), entry.value), entry)
  })
})
