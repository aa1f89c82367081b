import { describe, expect, it } from 'vitest'
import { classesOf, preprocessingKey, preprocessingOf, withModelFacts } from '../../src/core/data/modelFacts'
import { preprocess } from '../../src/core/data/preprocess'
import {
  assertFits,
  guessPreprocessing,
  preprocessedSize,
  preprocessingPresets,
  preprocessingSchema,
} from '../../src/core/data/preprocessing'
import { centerWindow, shortSideSize } from '../../src/core/data/resize/index'
import type { Graph } from '../../src/core/graph/graph'

const graph: Graph = {
  name: 'm',
  inputs: [],
  outputs: [],
  nodes: [],
  initializers: new Map(),
  masks: new Map(),
  qparams: new Map(),
  metadata: { author: 'a' },
}

describe('guessPreprocessing', () => {
  const cases = [
    { height: 224, width: 224, resize: { shortSide: 256 }, crop: { width: 224, height: 224 }, mean: 0.485 },
    { height: 96, width: 96, resize: { shortSide: 110 }, crop: { width: 96, height: 96 }, mean: 0.485 },
    { height: 32, width: 32, resize: { width: 32, height: 32 }, crop: null, mean: 0.4914 },
    { height: 28, width: 28, resize: { width: 28, height: 28 }, crop: null, mean: 0.4914 },
    { height: 192, width: 256, resize: { width: 256, height: 192 }, crop: null, mean: 0.485 },
  ]
  it.each(cases)('$width×$height', ({ height, width, resize, crop, mean }) => {
    const { preprocessing, warning } = guessPreprocessing(height, width)
    expect(preprocessing).toMatchObject({ resize, crop, interpolation: 'bilinear' })
    expect(preprocessing.mean[0]).toBe(mean)
    expect(preprocessedSize(preprocessing)).toEqual({ width, height })
    expect(preprocessingSchema.parse(preprocessing)).toEqual(preprocessing)
    expect(warning).toContain(`${width}×${height} input`)
  })
})

describe('preprocessing in the metadata of a model', () => {
  it('comes back as it was written, beside what was there', () => {
    const stored = withModelFacts(graph, { preprocessing: preprocessingPresets.imagenet, classes: ['cat', 'dog'] })
    expect(preprocessingOf(stored)).toEqual(preprocessingPresets.imagenet)
    expect(classesOf(stored)).toEqual(['cat', 'dog'])
    expect(stored.metadata.author).toBe('a')
    expect(classesOf(withModelFacts(stored, {}))).toEqual(['cat', 'dog'])
  })

  it('is undefined where a model does not say it', () => {
    expect(preprocessingOf(graph)).toBeUndefined()
    expect(classesOf(graph)).toBeUndefined()
  })

  const damaged = [
    { text: 'no json', expected: "metadata 'nnopt.preprocessing'" },
    { text: JSON.stringify({ ...preprocessingPresets.cifar, std: [0.2, 0, 0.2] }), expected: "field 'std[1]'" },
    { text: JSON.stringify({ ...preprocessingPresets.cifar, resize: { shortSide: 32 } }), expected: 'add a crop' },
  ]
  it.each(damaged)('is refused with its place: $expected', ({ text, expected }) => {
    expect(() => preprocessingOf({ ...graph, metadata: { [preprocessingKey]: text } })).toThrow(expected)
  })

  it('says when it does not make the images that the model takes', () => {
    expect(() => assertFits(preprocessingPresets.imagenet, { width: 32, height: 32 }, 'm')).toThrow(
      "model 'm': expected images of 32×32 (its input), but the preprocessing produces 224×224",
    )
    expect(() => assertFits(preprocessingPresets.cifar, { width: 32, height: 32 }, 'm')).not.toThrow()
  })
})

describe('sizes as torchvision computes them', () => {
  it.each([
    [{ width: 500, height: 375 }, 256, { width: 341, height: 256 }],
    [{ width: 375, height: 500 }, 256, { width: 256, height: 341 }],
    [{ width: 32, height: 32 }, 256, { width: 256, height: 256 }],
    [{ width: 3, height: 1000 }, 2, { width: 2, height: 666 }],
  ])('%o, short side %i', (size, shortSide, expected) => {
    expect(shortSideSize(size, shortSide)).toEqual(expected)
  })

  it.each([
    ['an odd rest of 1 rounds to 0', { width: 225, height: 225 }, 224, 0],
    ['a rest of 3 rounds to 2', { width: 227, height: 227 }, 224, 2],
    ['a rest of 5 rounds to 2', { width: 229, height: 229 }, 224, 2],
    ['a crop that is larger starts outside', { width: 30, height: 30 }, 33, -1],
  ])('%s', (_, size, crop, expected) => {
    expect(centerWindow(size, { width: crop, height: crop })).toEqual({
      left: expected,
      top: expected,
      width: crop,
      height: crop,
    })
  })
})

describe('preprocess', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(0, 51, 102, 153, 204, 255) }
  const plain = { resize: null, crop: null, mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear' } as const

  it('lays channels out as asked, at the offset', () => {
    const out = new Float32Array(8)
    preprocess(image, plain, out, 1, 'nchw')
    expect([...out].map((value) => Math.round(value * 5))).toEqual([0, 0, 3, 1, 4, 2, 5, 0])
    preprocess(image, plain, out, 1, 'nhwc')
    expect([...out].map((value) => Math.round(value * 5))).toEqual([0, 0, 1, 2, 3, 4, 5, 0])
  })

  it('refuses a picture of another size than the others', () => {
    expect(() => preprocess(image, plain, new Float32Array(6), 0, 'nchw', { width: 1, height: 1 })).toThrow(
      'expected an image of 1×1, got 2×1',
    )
  })
})
