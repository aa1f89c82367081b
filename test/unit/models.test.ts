import { describe, expect, it } from 'vitest'
import { parameterUses } from '../../src/core/execute/parameters'
import { inferShapes } from '../../src/core/passes/inferShapes'
import { classOutput } from '../../src/core/graph/graph'
import type { Graph } from '../../src/core/graph/graph'
import { architectures } from '../../src/core/architectures/index'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'

/** Trainable parameters, as PyTorch's `sum(p.numel() for p in model.parameters())` counts them. */
function trainableParams(graph: Graph): number {
  return [...parameterUses(graph)].reduce(
    (sum, [name, { role }]) =>
      sum + (role === 'mean' || role === 'variance' ? 0 : (graph.initializers.get(name)?.data.length ?? 0)),
    0,
  )
}

// Counts of torchvision 0.29 with num_classes=10, and of He et al. (2016), table 6, plus its projections.
const cases = [
  { id: 'mobilenet-v2', params: { size: 224 }, expected: 2_236_682 },
  { id: 'mobilenet-v2', params: { size: 32, totalStride: 16 }, expected: 2_236_682 },
  { id: 'mobilenet-v3-small', params: { size: 224, smallStem: false }, expected: 1_528_106 },
  { id: 'resnet-18', params: { size: 224, smallStem: false }, expected: 11_181_642 },
  { id: 'resnet-20', params: {}, expected: 272_474 },
] as const

describe('built-in architectures', () => {
  it.each(cases)('$id $params has $expected parameters', ({ id, params, expected }) => {
    expect(trainableParams(architectures.get(id).build(params, 0))).toBe(expected)
  })

  it.each(architectures.ids)('%s gives class scores and survives its ONNX file', (id) => {
    const graph = architectures.get(id).build({ classes: 7, size: 32 }, 3)
    expect(inferShapes(graph, 2).get(classOutput(graph).name)).toEqual([2, 7])
    const [first = ''] = parameterUses(graph).keys()
    const weightOf = (model: Graph): Float32Array => Float32Array.from(model.initializers.get(first)?.data ?? [])
    const again = readOnnx(writeOnnx(graph), { fileName: id })
    const structure = ({ nodes }: Graph): unknown =>
      nodes.map(({ name, op, inputs, outputs }) => ({ name, op, inputs, outputs }))
    expect(structure(again)).toEqual(structure(graph))
    expect(weightOf(again)).toEqual(weightOf(graph))
  })

  it('start from equal weights for equal seeds, and from others for others', () => {
    const weightOf = (seed: number): unknown =>
      architectures.get('tiny-cnn').build({}, seed).initializers.get('stem.conv.weight')
    expect(weightOf(3)).toEqual(weightOf(3))
    expect(weightOf(4)).not.toEqual(weightOf(3))
  })

  it('refuses parameters out of range', () => {
    expect(() => architectures.get('mobilenet-v2').build({ totalStride: 5 }, 0)).toThrow()
  })
})
