import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeLayers } from '../../src/core/layers/describe'
import { pathOf, stagesOf } from '../../src/core/layers/names'
import { macs } from '../../src/core/measure/macs'
import { parameterStatistics } from '../../src/core/measure/parameterStatistics'
import { architectures } from '../../src/core/architectures/index'
import { readModelFile } from '../../src/node/jobs/work/versions/readModelFile'
import { atLeast } from '../../src/shared/atLeast'

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'models')

describe('the path of a name', () => {
  it.each([
    ['/f/f.1/c/c.0/c.0.0/Conv', 'Conv', 'f.1.c.0.0'],
    ['/features/1/conv/0/0/Conv', 'Conv', 'features.1.conv.0.0'],
    ['/layer1/layer1.0/Add_1', 'Add', 'layer1.0'],
    ['node_conv2d_3', 'Conv', 'node_conv2d_3'],
    ['/Flatten', 'Flatten', ''],
  ])('%s', (name, op, path) => expect(pathOf(name, op).join('.')).toBe(path))
})

describe('stages', () => {
  const chain = (names: readonly string[], side = (_: number) => 8) =>
    stagesOf(
      names.map((name, index) => ({
        path: name === '' ? [] : name.split('.'),
        input: index > 0 ? index - 1 : undefined,
        shape: [1, 4, side(index), side(index)],
      })),
    )

  it('are the parts that names tell of', () => {
    const names = Array.from({ length: 40 }, (_, index) => `features.${Math.floor(index / 4)}.conv${index % 4}`)
    expect(new Set(chain(names)).size).toBe(10)
  })

  it('take in what has no name', () => expect(chain(['stem.conv', '', 'block.a'])).toEqual(['stem', 'stem', 'block']))

  it('are sizes of the picture where names tell nothing', () => {
    const stages = chain(
      Array.from({ length: 100 }, (_, index) => `node_${index}`),
      (index) => (index < 20 ? 32 : 16),
    )
    expect(stages[0]).toBe('32×32')
    expect(new Set(stages.slice(20))).toEqual(new Set(['16×16', '16×16 (2)', '16×16 (3)', '16×16 (4)']))
  })
})

describe.each(architectures.ids)('the layers of %s', (id) => {
  const graph = architectures.get(id).build({}, 0)
  const layers = describeLayers(graph)

  it('have all the parameters and operations of the network', () => {
    const sum = (key: 'params' | 'macs'): number => layers.reduce((total, layer) => total + layer[key], 0)
    expect(sum('params')).toBe(parameterStatistics(graph).totalParams)
    expect(sum('macs')).toBe(macs(graph))
  })

  it('name each node once, and read layers before them', () => {
    expect(layers.flatMap(({ nodes }) => nodes).sort()).toEqual(graph.nodes.map(({ name }) => name).sort())
    layers.forEach(({ inputs }, index) =>
      expect(inputs.every((name) => layers.findIndex((layer) => layer.name === name) < index)).toBe(true),
    )
  })
})

describe.skipIf(!existsSync(shared))('the layers of a QDQ file from PyTorch', () => {
  const layers = existsSync(shared) ? describeLayers(readModelFile(join(shared, 'nnopt-qat-int8.onnx')).graph) : []

  it('hide the conversions and keep their parameters', () => {
    expect(layers.flatMap(({ ops }) => ops)).not.toContain('DequantizeLinear')
    const [first] = atLeast(1, layers)
    expect(first.ops).toEqual(['Conv', 'Relu'])
    expect(first.weight?.quantization?.slices).toBe(32)
    expect(first.quantization?.scale).toBeGreaterThan(0)
    expect(layers.reduce((sum, { params }) => sum + params, 0)).toBeGreaterThan(2_000_000)
  })
})
