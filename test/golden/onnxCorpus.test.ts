import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Graph } from '../../src/core/graph/graph'
import { operators } from '../../src/core/ops'
import { isQuantized, readOnnx, writeOnnx } from '../../src/core/onnx'
import corpus from './onnx/cases.json'
import { executorLogits, relativeError, runtimeLogits, trainOnce, useWasm } from './onnxRun'
import type { Images } from './onnxRun'

const folder = join(import.meta.dirname, 'onnx')

/** Shares of the largest logit: onnxruntime may fuse the written form differently; wasm sums in another order. */
const limits = { roundTrip: 1e-6, executor: 1e-5 } as const

const read = (name: string): Graph =>
  readOnnx(readFileSync(join(folder, `${name}.onnx`)), {
    fileName: `${name}.onnx`,
    externalData: (location) => readFileSync(join(folder, location)),
  })

const images: Images = {
  shape: corpus.images,
  data: Float32Array.from({ length: corpus.images.reduce((size, dim) => size * dim, 1) }, (_, index) =>
    Math.sin(0.37 * index),
  ),
}

beforeAll(useWasm)

describe('ONNX corpus', () => {
  it.each(corpus.cases)('$name keeps its logits when written', async ({ name, logits, shape }) => {
    const graph = read(name)
    const written = writeOnnx(graph)
    expect(relativeError(await runtimeLogits(written, images), logits)).toBeLessThan(limits.roundTrip)
    expect(graph.outputs.map((output) => output.shape)).toEqual([['batch', ...shape.slice(1)]])
    expect(Buffer.compare(writeOnnx(readOnnx(written, { fileName: name })), written)).toBe(0)
  })

  it.each(corpus.cases.filter(({ executor }) => executor))('$name runs in the executor', ({ name, logits }) => {
    expect(relativeError(executorLogits(read(name), images), logits)).toBeLessThan(limits.executor)
  })

  it.each(corpus.cases.filter(({ executor }) => executor))('$name can be trained through', ({ name, shape }) => {
    const { missing, notFinite, leaked } = trainOnce(read(name), images, shape[1]!)
    expect({ missing, notFinite, leaked }).toEqual({ missing: [], notFinite: [], leaked: 0 })
  })

  it.each(corpus.cases)('$name holds only known operators', ({ name }) => {
    const graph = read(name)
    expect(
      graph.nodes
        .map(({ op }) => op)
        .filter((op) => !operators.has(op) || ['Identity', 'Constant', 'Shape', 'Dropout'].includes(op)),
    ).toEqual([])
    expect(new Set(graph.nodes.map((node) => node.name)).size).toBe(graph.nodes.length)
  })

  it('keeps metadata', () => {
    expect(readOnnx(writeOnnx(read('metadata')), { fileName: 'again' }).metadata).toEqual({
      author: 'corpus',
      classes: '["a","b"]',
    })
  })

  it.each(['half-weights-cast', 'bfloat16-weights-cast'])('%s notes that weights were widened', (name) => {
    expect(Object.keys(read(name).metadata)).toContain('nnopt.widened')
  })

  it('knows a quantized model', () => {
    expect(isQuantized(read('qdq-13'))).toBe(true)
    expect(isQuantized(read('metadata'))).toBe(false)
  })
})

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'models')

describe.skipIf(!existsSync(shared))('reference models', () => {
  it.each(['mobilenetv2-cifar10-fp32', 'nnopt-struct-0.3-fp32', 'nnopt-qat-int8'])(
    '%s keeps its logits when written',
    async (name) => {
      const bytes = readFileSync(join(shared, `${name}.onnx`))
      const input: Images = {
        shape: [2, 3, 224, 224],
        data: Float32Array.from({ length: 2 * 3 * 224 * 224 }, (_, index) => 2 * Math.sin(0.37 * index)),
      }
      const expected = await runtimeLogits(bytes, input)
      const graph = readOnnx(bytes, { fileName: name })
      expect(relativeError(await runtimeLogits(writeOnnx(graph), input), expected)).toBeLessThan(1e-4)
      if (!isQuantized(graph)) expect(relativeError(executorLogits(graph, input), expected)).toBeLessThan(1e-3)
    },
  )
})
