import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bindAugmentation, defaultAugmentation, parseAugmentation } from '../../src/core/data/augment'
import type { RgbImage } from '../../src/core/data/image'
import { createRandom } from '../../src/core/data/random'
import { transforms } from '../../src/core/data/transforms/index'

const picture = (width: number, height: number): RgbImage => {
  const random = createRandom(width, height)
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) }
}

/** Parameters that have no default. */
const required: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  resize: { shortSide: 20 },
  'center-crop': { size: 20 },
}

const size = { width: 24, height: 16 }
const key = { seed: 1, epoch: 2, sample: 3 }

describe.each(transforms.ids)('transform %s', (id) => {
  const transform = transforms.get(id)
  const params = required[id] ?? {}

  it('describes itself and its parameters', () => {
    expect(transform.label).not.toBe('')
    expect(transform.help).not.toBe('')
    const schema = z.toJSONSchema(transform.params)
    for (const [name, property] of Object.entries(schema.properties ?? {}))
      expect(property, name).toHaveProperty('description')
  })

  it('gives a whole picture, leaves its input alone and repeats itself for the same key', () => {
    const image = picture(32, 28)
    const before = image.data.slice()
    const augment = bindAugmentation([{ id, params }])
    for (let sample = 0; sample < 20; sample++) {
      const result = augment(image, { ...key, sample }, size)
      expect(result).toMatchObject(size)
      expect(result.data).toHaveLength(size.width * size.height * 3)
      expect(augment(image, { ...key, sample }, size).data).toEqual(result.data)
    }
    expect(image.data).toEqual(before)
  })

  it('copes with a picture of one pixel', () => {
    expect(bindAugmentation([{ id, params }])(picture(1, 1), key, { width: 2, height: 2 }).data).toHaveLength(12)
  })

  it('refuses a parameter of the wrong type and names it', () => {
    const [name = ''] = Object.keys(transform.parse(params))
    expect(() => bindAugmentation([{ id, params: { ...params, [name]: 'x' } }])).toThrow(
      `transform '${id}': field '${name}'`,
    )
  })
})

describe('augmentation', () => {
  it('draws other numbers for another seed, epoch, sample or position of the step', () => {
    const augment = bindAugmentation(
      parseAugmentation([
        { id: 'random-crop', params: { padding: 8 } },
        { id: 'random-crop', params: { padding: 8 } },
      ]),
    )
    const image = picture(32, 32)
    const square = { width: 32, height: 32 }
    const keys = [key, { ...key, seed: 9 }, { ...key, epoch: 9 }, { ...key, sample: 9 }]
    expect(new Set(keys.map((each) => Buffer.from(augment(image, each, square).data).toString('base64'))).size).toBe(
      keys.length,
    )
    const [first, second] = [bindAugmentation([{ id: 'random-crop', params: { padding: 8 } }]), augment]
    expect(second(image, key, square).data).not.toEqual(first(first(image, key, square), key, square).data)
  })

  it('chooses by the size of the model and writes out every parameter', () => {
    expect(defaultAugmentation({ width: 32, height: 32 })).toEqual([
      { id: 'random-crop', params: { padding: 4, size: null, fill: 0 } },
      { id: 'horizontal-flip', params: { probability: 0.5 } },
    ])
    expect(defaultAugmentation({ width: 224, height: 224 })[0]!.id).toBe('random-resized-crop')
  })

  it('names an unknown step and the known ones', () => {
    expect(() => bindAugmentation([{ id: 'mixup', params: {} }])).toThrow(
      /unknown transform 'mixup': expected one of center-crop, color-jitter/,
    )
  })
})

describe('what single transforms do', () => {
  const square = { width: 4, height: 4 }
  const ramp: RgbImage = { ...square, data: Uint8Array.from({ length: 48 }, (_, index) => index) }
  const apply = (id: string, params: Readonly<Record<string, unknown>>, image = ramp, sample = 0): RgbImage =>
    bindAugmentation([{ id, params }])(image, { ...key, sample }, image)

  it('horizontal-flip mirrors columns, keeps channels, and does nothing with probability 0', () => {
    expect([...apply('horizontal-flip', { probability: 1 }).data.subarray(0, 12)]).toEqual([
      9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2,
    ])
    expect(apply('horizontal-flip', { probability: 0 }).data).toEqual(ramp.data)
  })

  it('random-crop without padding is the picture; with padding it reaches every shift', () => {
    expect(apply('random-crop', { padding: 0 }).data).toEqual(ramp.data)
    const shifts = new Set(
      Array.from({ length: 400 }, (_, sample) =>
        Buffer.from(apply('random-crop', { padding: 1 }, ramp, sample).data).toString('hex'),
      ),
    )
    expect(shifts.size).toBe(9)
  })

  it('random-crop says when the window does not fit', () => {
    expect(() => apply('random-crop', { padding: 1, size: 9 })).toThrow(
      "transform 'random-crop': a window of 9×9 does not fit into an image of 4×4 with a padding of 1",
    )
  })

  it('random-resized-crop of the whole area is a plain resize', () => {
    expect(apply('random-resized-crop', { minScale: 1, maxScale: 1, minRatio: 1, maxRatio: 1 }).data).toEqual(ramp.data)
  })

  it('cutout covers a square of its size, cut off at the edges, and nothing else', () => {
    const image = { ...square, data: new Uint8Array(48).fill(1) }
    for (let sample = 0; sample < 30; sample++) {
      const covered =
        [...apply('cutout', { size: 0.5, fill: 200 }, image, sample).data].filter((value) => value === 200).length / 3
      expect([1, 2, 4]).toContain(covered)
    }
  })

  it('color-jitter of strength 0 is the picture', () => {
    expect(apply('color-jitter', { brightness: 0, contrast: 0, saturation: 0, hue: 0 }).data).toEqual(ramp.data)
  })
})
