import '@tensorflow/tfjs-backend-wasm'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createExecutor } from '../../src/core/execute/executor'
import type { Executor } from '../../src/core/execute/executor'
import { softmaxCrossEntropy } from '../../src/core/kernels/softmaxCrossEntropy'
import type { Graph, Node } from '../../src/core/graph/graph'
import { floatTensor, sizeOf } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'

beforeAll(async () => {
  setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/')
  await tf.setBackend('wasm')
})

let counter = 0
/** A reproducible value in (−0.5, 0.5). */
const noise = (): number => (Math.imul(++counter, 2654435761) >>> 0) / 2 ** 32 - 0.5
const weights = (...shape: readonly number[]): TensorData =>
  floatTensor(shape, Float32Array.from({ length: sizeOf(shape) }, noise))
const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  name: output,
  op,
  inputs,
  outputs: [output],
  attributes,
})

/** conv → BN → relu6 → depthwise → BN → residual add → grouped conv → pool → flatten → linear. */
function smallNet(): Graph {
  counter = 0
  const initializers = new Map<string, TensorData>([
    ['c1', weights(4, 3, 3, 3)],
    ['s1', floatTensor([4], [1, 0.9, 1.1, 1])],
    ['b1', weights(4)],
    ['m1', weights(4)],
    ['v1', floatTensor([4], [1, 1.5, 0.8, 1])],
    ['zero', floatTensor([], [0])],
    ['six', floatTensor([], [6])],
    ['dw', weights(4, 1, 3, 3)],
    ['s2', floatTensor([4], [1, 1, 1, 1])],
    ['b2', weights(4)],
    ['m2', weights(4)],
    ['v2', floatTensor([4], [1, 1, 1, 1])],
    ['gc', weights(6, 2, 1, 1)],
    ['gb', weights(6)],
    ['scale', floatTensor([6, 1, 1], [1, 2, 3, 1, 2, 3])],
    ['fc', weights(3, 6)],
    ['fb', weights(3)],
  ])
  return {
    name: 'small',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 8, 6] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
    initializers,
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
    nodes: [
      node('Conv', ['x', 'c1'], 'a', { pads: [1, 1, 1, 1], strides: [2, 2] }),
      node('BatchNormalization', ['a', 's1', 'b1', 'm1', 'v1'], 'a1'),
      node('Clip', ['a1', 'zero', 'six'], 'a2'),
      node('Conv', ['a2', 'dw'], 'd', { pads: [1, 1, 1, 1], group: 4 }),
      node('BatchNormalization', ['d', 's2', 'b2', 'm2', 'v2'], 'd1'),
      node('Add', ['a2', 'd1'], 'sum'),
      node('Conv', ['sum', 'gc', 'gb'], 'g', { group: 2 }),
      node('Mul', ['g', 'scale'], 'scaled'),
      node('Relu', ['scaled'], 'r'),
      node('GlobalAveragePool', ['r'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'fc', 'fb'], 'y', { transB: 1 }),
    ],
  }
}

const tensorsOf = (executor: Executor): Map<string, tf.Tensor> =>
  new Map(executor.parameters.map(({ name, shape }) => [name, tf.tensor(executor.pack(name), [...shape])]))

const images = (): tf.Tensor4D => tf.tensor4d(Float32Array.from({ length: 5 * 8 * 6 * 3 }, noise), [5, 8, 6, 3])
const labels = (): tf.Tensor2D => tf.oneHot(tf.tensor1d([0, 1, 2, 1, 0], 'int32'), 3) as tf.Tensor2D

function lossOf(logits: tf.Tensor2D): { loss: tf.Tensor; dLogits: tf.Tensor2D } {
  const { loss, gradient } = softmaxCrossEntropy(logits, tf.cast(labels(), 'float32'))
  return { loss: tf.mean(loss), dLogits: tf.div(gradient, logits.shape[0]) as tf.Tensor2D }
}

describe('executor', () => {
  it('round-trips every parameter through its packed layout', () => {
    const graph = smallNet()
    const executor = createExecutor(graph)
    expect(executor.parameters.map((parameter) => parameter.name)).toContain('gc')
    for (const { name, shape } of executor.parameters) {
      const packed = executor.pack(name)
      expect(packed.length).toBe(sizeOf(shape))
      expect(executor.unpack(name, packed)).toEqual(graph.initializers.get(name))
    }
  })

  it('agrees with finite differences for every trainable parameter', () => {
    const executor = createExecutor(smallNet())
    const parameters = tensorsOf(executor)
    const x = images()
    const { gradients } = executor.step(x, parameters, lossOf)
    const lossWith = (name: string, index: number, delta: number): number => {
      const values = executor.pack(name)
      values[index]! += delta
      const changed = new Map([...parameters, [name, tf.tensor(values, parameters.get(name)?.shape)]])
      return executor.step(x, changed, lossOf).loss.dataSync()[0]!
    }
    const epsilon = 1e-2
    for (const { name, trainable, size } of executor.parameters) {
      if (!trainable) continue
      const got = gradients.get(name)?.dataSync() ?? []
      for (const index of [0, Math.floor(size / 2), size - 1]) {
        const expected = (lossWith(name, index, epsilon) - lossWith(name, index, -epsilon)) / (2 * epsilon)
        expect(
          Math.abs(got[index]! - expected),
          `${name}[${index}]: got ${got[index]}, expected ${expected}`,
        ).toBeLessThan(2e-3)
      }
    }
  })

  it('frees everything but its results', () => {
    const executor = createExecutor(smallNet())
    const parameters = tensorsOf(executor)
    const x = images()
    executor.forward(x, parameters).dispose()
    const run = (): void => tf.tidy(() => void executor.step(x, parameters, lossOf))
    run()
    const before = tf.memory().numTensors
    for (let index = 0; index < 5; index++) {
      run()
      executor.forward(x, parameters).dispose()
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  it('leaves frozen parameters and their statistics alone', () => {
    const executor = createExecutor(smallNet(), { frozen: (name) => !['fc', 'fb'].includes(name) })
    const result = executor.step(images(), tensorsOf(executor), lossOf)
    expect([...result.gradients.keys()].sort()).toEqual(['fb', 'fc'])
    expect([...result.statistics.keys()]).toEqual([])
  })
})
