import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import type { Dim, Graph } from '../../src/core/graph/graph'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import type { ReadOptions } from '../../src/core/onnx/read'

const corpus = (name: string): Graph =>
  readOnnx(readFileSync(join(import.meta.dirname, '..', 'golden', 'onnx', `${name}.onnx`)), { fileName: name })

const operatorsOf = ({ nodes }: Graph): readonly string[] => nodes.map(({ op }) => op)

describe('what exporters spell out', () => {
  it.each([
    ['gelu-by-parts', ['Conv', 'Gelu', 'Flatten']],
    ['gelu-by-parts-half-first', ['Conv', 'Gelu', 'Flatten']],
    ['gelu-tanh-by-parts', ['Conv', 'Gelu', 'Flatten']],
    ['op-mish-18', ['Conv', 'Mish', 'Flatten']],
    ['layer-norm-by-parts', ['Conv', 'Transpose', 'LayerNormalization', 'Flatten']],
    ['op-group-norm-21', ['Conv', 'GroupNormalization', 'Flatten']],
    ['weights-standardized-in-graph', ['Conv', 'Flatten']],
    ['weights-standardized-by-batch-norm', ['Conv', 'Flatten']],
  ])('%s is read as %j', (name, expected) => {
    expect(operatorsOf(corpus(name))).toEqual(expected)
  })

  it.each(['gelu-by-parts', 'gelu-tanh-by-parts', 'op-mish-18', 'op-group-norm-21', 'class-token'])(
    '%s is read again as it was',
    (name) => {
      const graph = corpus(name)
      const again = readOnnx(writeOnnx(graph), { fileName: name })
      expect(operatorsOf(again)).toEqual(operatorsOf(graph))
      expect([...again.initializers.keys()].sort()).toEqual([...graph.initializers.keys()].sort())
    },
  )
})

describe('input size', () => {
  const network = architectures.get('tiny-cnn').build({ classes: 3, size: 32 }, 1)
  const withShape = (shape: readonly Dim[], metadata = {}): Uint8Array =>
    writeOnnx({ ...network, metadata, inputs: network.inputs.map((input) => ({ ...input, shape })) })
  const shapeOf = (bytes: Uint8Array, options: Omit<ReadOptions, 'fileName'>): readonly Dim[] | undefined =>
    readOnnx(bytes, { fileName: 'free.onnx', ...options }).inputs[0]?.shape

  it('takes the size that is given for one that is free', () => {
    const bytes = withShape(['batch', 3, 'height', 'width'])
    expect(shapeOf(bytes, { inputSize: { height: 48, width: 64 } })).toEqual(['batch', 3, 48, 64])
    expect(() => shapeOf(bytes, {})).toThrow('axis 2 has the free size')
  })

  it('takes that of the metadata and says so', () => {
    const warnings: string[] = []
    const bytes = withShape(['batch', 3, 'height', 'width'], { imgsz: '[64, 96]' })
    expect(shapeOf(bytes, { warn: (message) => warnings.push(message) })).toEqual(['batch', 3, 64, 96])
    expect(warnings).toEqual([expect.stringContaining("64×96 taken from 'imgsz'")])
  })

  it('refuses another size than the file fixes', () => {
    const bytes = withShape(['batch', 3, 32, 32])
    expect(() => shapeOf(bytes, { inputSize: { height: 48, width: 32 } })).toThrow(
      'has the fixed size 32×32: expected that size, got 48×32',
    )
  })
})
