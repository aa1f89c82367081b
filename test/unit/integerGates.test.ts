import { describe, expect, it } from 'vitest'
import type { Graph, QParams } from '../../src/core/graph/graph'
import { tensorData } from '../../src/core/graph/tensorData'
import { writeOnnx } from '../../src/core/onnx/index'
import { withInt8Forms } from '../../src/core/passes/int8Forms'
import { convert } from '../../src/core/deploy/convert'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { unfusedOperators } from '../../src/node/inference/unfusedOperators'

type Dtype = 'uint8' | 'int8'

const grid = (low: number, high: number, dtype: Dtype): QParams => {
  const scale = (high - low) / 255
  const [qmin, qmax] = dtype === 'int8' ? [-128, 127] : [0, 255]
  return { dtype, qmin, qmax, scale: Float32Array.of(scale), zeroPoint: Int32Array.of(qmin + Math.round(-low / scale)) }
}

const count = 512

function activationGraph(op: string, attributes: Readonly<Record<string, number>>, dtype: Dtype): Graph {
  const shape = ['batch', count]
  return {
    name: op,
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: [{ name: 'y', dtype: 'float32', shape }],
    nodes: [{ name: 'act', op, inputs: ['x'], outputs: ['y'], attributes }],
    initializers: new Map(),
    masks: new Map(),
    qparams: new Map([
      ['x', grid(-8, 8, dtype)],
      ['y', op === 'HardSwish' ? grid(-0.5, 8, dtype) : grid(0, 1, dtype)],
      ['y/gate', grid(0, 1, dtype)],
    ]),
    metadata: {},
  }
}

const channels = 144

/** Of a network in which the two layouts of this sum gave different integers. */
const gateGraph: Graph = {
  ...activationGraph('HardSigmoid', { alpha: 1 / 6, beta: 0.5 }, 'uint8'),
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', channels, 1, 1] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', channels, 1, 1] }],
  qparams: new Map([
    ['x', { ...grid(-8, 8, 'uint8'), scale: Float32Array.of(0.11505707), zeroPoint: Int32Array.of(128) }],
    ['y', grid(0, 1, 'uint8')],
  ]),
}

const clip = (value: number): number => Math.max(0, Math.min(1, value))
const cases = [
  { op: 'HardSwish', attributes: {}, exact: (x: number) => x * clip(x / 6 + 0.5) },
  { op: 'HardSigmoid', attributes: {}, exact: (x: number) => clip(0.2 * x + 0.5) },
  { op: 'HardSigmoid', attributes: { alpha: 1 / 6, beta: 0.5 }, exact: (x: number) => clip(x / 6 + 0.5) },
] as const

describe('activations without an int8 kernel', () => {
  it.each(cases)(
    '$op $attributes runs in integers and stays within the steps of its grids',
    async ({ op, attributes, exact }) => {
      const model = writeOnnx(convert(withInt8Forms(activationGraph(op, attributes, 'uint8'))).graph)
      expect((await unfusedOperators(model)).unfused).toEqual([])
      const worker = await createInferenceWorker(model, { threads: 1 })
      const values = Float32Array.from({ length: count }, (_, index) => -9 + (18 * index) / count)
      const { outputs } = await worker.run(values.slice(), [1, count])
      await worker.close()
      // Half a step of the input, of the gate (times |x|) and of the output.
      const step = { input: 16 / 255, gate: 1 / 255, output: op === 'HardSwish' ? 8.5 / 255 : 1 / 255 }
      outputs.y!.data.forEach((got, index) => {
        const x = Math.max(-8, Math.min(8, values[index]!))
        expect(Math.abs(got - exact(x))).toBeLessThanOrEqual(
          0.5 * (1.5 * step.input + (op === 'HardSwish' ? 8 : 1) * step.gate + step.output) + 1e-6,
        )
      })
    },
  )

  it.each([
    { operand: 'one number', shape: [] },
    { operand: 'a number a channel', shape: [channels, 1, 1] },
  ])('adds the offset as $operand and rounds zero to the same integer', async ({ shape }) => {
    const { graph } = convert(withInt8Forms(gateGraph))
    const shift = tensorData('uint8', shape, new Uint8Array(shape[0] ?? 1).fill(255))
    const initializers = new Map(graph.initializers).set('act/shift/quantized', shift)
    const worker = await createInferenceWorker(writeOnnx({ ...graph, initializers }), { threads: 1 })
    const { outputs } = await worker.run(new Float32Array(4 * channels), [4, channels, 1, 1])
    await worker.close()
    // 0 becomes 127.5 of 255 steps, which onnxruntime's kernels round to 127 or 128, whatever their last bit says.
    expect([...new Set(outputs['y']?.data)]).toEqual([Math.fround(128 * Math.fround(1 / 255))])
  })

  it('stays an operator of its own on other grids', () => {
    expect(
      convert(activationGraph('HardSigmoid', {}, 'int8')).graph.nodes.filter(({ op }) => op === 'HardSigmoid'),
    ).toHaveLength(1)
  })
})
