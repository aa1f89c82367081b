import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConvSpec } from '../../src/core/kernels/convSpec'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import type { RunningBackend } from '../../src/node/backends/index'
import { chooseBackend, listBackends } from '../../src/node/backends/index'

interface Case {
  readonly name: string
  readonly x: [number, number, number, number]
  readonly multiplier: number
  readonly spec: ConvSpec
}

const cases: readonly Case[] = [
  {
    name: 'stride 1, symmetric pads',
    x: [2, 7, 5, 3],
    multiplier: 1,
    spec: { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] },
  },
  {
    name: 'stride 2, asymmetric pads',
    x: [3, 8, 7, 4],
    multiplier: 1,
    spec: { strides: [2, 2], dilations: [1, 1], pads: [0, 1, 1, 0] },
  },
  {
    name: 'two outputs a channel',
    x: [2, 6, 6, 3],
    multiplier: 2,
    spec: { strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1] },
  },
  { name: 'no pads', x: [1, 5, 9, 2], multiplier: 1, spec: { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } },
  { name: 'dilated', x: [1, 9, 9, 2], multiplier: 1, spec: { strides: [1, 1], dilations: [2, 2], pads: [2, 2, 2, 2] } },
]

let running: RunningBackend
beforeAll(async () => {
  running = (await chooseBackend('wasm')).running
})
afterAll(() => running.dispose())

const random = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, -1, 1, 'float32', seed)
const total = (y: tf.Tensor, dy: tf.Tensor): number => tf.sum(tf.mul(y, dy)).dataSync()[0]!

describe.each(cases)('depthwise gradients on wasm: $name', ({ x: xShape, multiplier, spec }) => {
  const filterShape = [3, 3, xShape[3], multiplier]

  // The loss ⟨y, dy⟩ is linear in x and in the filter, so one difference of any size gives its gradient.
  it('agree with differences', () => {
    const [x, filter] = [random(xShape, 1), random(filterShape, 2)]
    const y = depthwiseConv2d(x, filter, spec)
    const dy = random(y.shape, 3)
    const [xStep, filterStep] = [random(xShape, 4), random(filterShape, 5)]
    const byInput = total(depthwiseConv2d(tf.add(x, xStep), filter, spec), dy) - total(y, dy)
    const byFilter = total(depthwiseConv2d(x, tf.add(filter, filterStep), spec), dy) - total(y, dy)
    expect(total(depthwiseConv2dInputGradient(dy, filter, xShape, spec), xStep)).toBeCloseTo(byInput, 3)
    expect(total(depthwiseConv2dFilterGradient(x, dy, filterShape, spec), filterStep)).toBeCloseTo(byFilter, 3)
  })

  it('give the same bits twice and leave nothing behind', () => {
    const [x, filter] = [random(xShape, 1), random(filterShape, 2)]
    const dy = random(depthwiseConv2d(x, filter, spec).shape, 3)
    const run = (): Float32Array =>
      tf.tidy(() => depthwiseConv2dFilterGradient(x, dy, filterShape, spec).dataSync().slice() as Float32Array)
    const first = run()
    const before = tf.memory().numTensors
    for (let repeat = 0; repeat < 20; repeat++) expect(run()).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('the registry of backends', () => {
  it('lists every backend with a version or a reason', async () => {
    const all = await listBackends()
    expect(all.map(({ id }) => id)).toEqual(['tensorflow', 'webgpu', 'wasm'])
    for (const backend of all) expect(backend.available ? backend.version : backend.reason).not.toBe('')
  })

  it('names the known backends when asked for another', async () => {
    await expect(chooseBackend('cuda')).rejects.toThrow(
      "unknown backend 'cuda': expected one of tensorflow, wasm, webgpu",
    )
  })
})
