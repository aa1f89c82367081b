import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { Graph, Node } from '../../src/core/graph/graph'
import { floatTensor, intTensor, tensorData } from '../../src/core/graph/tensorData'
import { architectures } from '../../src/core/architectures/index'
import { readOnnx, withOutputs, writeOnnx } from '../../src/core/onnx'

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  name: output,
  op,
  inputs,
  outputs: [output],
  attributes,
})

/** Conv → quantized and back → slice to the open end → flatten. */
function model(): Graph {
  return {
    name: 'written',
    masks: new Map(),
    qparams: new Map(),
    metadata: { zebra: 'last', 'nnopt.classes': '["å","b"]' },
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 1, 2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 8] }],
    initializers: new Map([
      ['w', floatTensor([2, 1, 1, 1], [1.5, -2])],
      ['scale', floatTensor([], [0.1])],
      ['zero', tensorData('int8', [], [-3])],
      ['starts', intTensor([0])],
      ['ends', intTensor([2 ** 63])],
      ['axes', intTensor([-1])],
    ]),
    nodes: [
      node('Conv', ['x', 'w'], 'c', { kernel_shape: [1, 1], group: 1 }),
      node('QuantizeLinear', ['c', 'scale', 'zero'], 'q'),
      node('DequantizeLinear', ['q', 'scale', 'zero'], 'd'),
      node('Slice', ['d', 'starts', 'ends', 'axes'], 's'),
      node('LeakyRelu', ['s'], 'l', { alpha: 1 }),
      node('Flatten', ['l'], 'y', { axis: 1 }),
    ],
  }
}

async function run(bytes: Uint8Array): Promise<Readonly<Record<string, Tensor>>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  try {
    return (await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [1, 1, 2, 2]) })) as Record<
      string,
      Tensor
    >
  } finally {
    await session.release()
  }
}

describe('writeOnnx', () => {
  it('gives equal bytes for equal graphs', () => {
    expect(Buffer.compare(writeOnnx(model()), writeOnnx(model()))).toBe(0)
    const reordered = { ...model(), metadata: { 'nnopt.classes': '["å","b"]', zebra: 'last' } }
    expect(Buffer.compare(writeOnnx(reordered), writeOnnx(model()))).toBe(0)
  })

  it('is read back as the same graph', () => {
    expect(readOnnx(writeOnnx(model()), { fileName: 'written.onnx' })).toEqual(model())
  })

  it('run in onnxruntime', async () => {
    const { y } = await run(writeOnnx(model()))
    expect([...(y!.data as Float32Array)].map((value) => Number(value.toFixed(4)))).toEqual([
      1.5, 3, 4.5, 6, -2, -4, -6, -8,
    ])
  })

  it('does not change the graph that it writes', () => {
    const graph = model()
    writeOnnx(graph)
    expect(graph).toEqual(model())
  })
})

describe('built-in architectures', () => {
  it.each(architectures.list().map(({ id }) => id))('%s is read back byte for byte', (id) => {
    const written = writeOnnx(architectures.get(id).build({ classes: 4, size: 32 }, 0))
    expect(Buffer.compare(writeOnnx(readOnnx(written, { fileName: id })), written)).toBe(0)
  })
})

describe('withOutputs', () => {
  it('hands out inner values with their element type and shape', async () => {
    const graph = withOutputs(model(), ['c', 'q', 'c', 'y'])
    expect(graph.outputs).toEqual([
      { name: 'y', dtype: 'float32', shape: ['batch', 8] },
      { name: 'c', dtype: 'float32', shape: ['batch', 2, 2, 2] },
      { name: 'q', dtype: 'int8', shape: ['batch', 2, 2, 2] },
    ])
    const results = await run(writeOnnx(graph))
    expect([...(results.c!.data as Float32Array)]).toEqual([1.5, 3, 4.5, 6, -2, -4, -6, -8])
    expect([...(results.q!.data as Int8Array)]).toEqual([12, 27, 42, 57, -23, -43, -63, -83])
  })

  it('refuses a value that no node writes', () => {
    expect(() => withOutputs(model(), ['nowhere'])).toThrow("model 'written': no node writes 'nowhere'")
  })
})
