import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { relu6, relu6Gradient } from '../../src/core/kernels/activations'
import { batchNormInference, batchNormTrain, batchNormTrainGradient } from '../../src/core/kernels/batchNorm'
import { biasGradient } from '../../src/core/kernels/biasGradient'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../src/core/kernels/conv2d'
import {
  depthwiseConv2d,
  depthwiseConv2dFilterGradient,
  depthwiseConv2dInputGradient,
} from '../../src/core/kernels/depthwiseConv2d'
import { fakeQuant, fakeQuantGradient } from '../../src/core/kernels/fakeQuant'
import { matMul } from '../../src/core/kernels/matMul'
import { createWasm } from '../../src/node/backends/wasm/create'
import { wasmBackend } from '../../src/node/backends/wasm/index'
import { withSharedMemory } from '../../src/node/backends/wasm/sharedModule'
import { createTeam } from '../../src/node/backends/wasm/team/team'
import { randomTensor, values } from './kernelsReference'
import { atLeast } from '../../src/shared/atLeast'

const spec = { strides: [2, 1], dilations: [1, 1], pads: [1, 1, 1, 0] } as const
/** Seven images of odd sides and channels: no number of threads divides them evenly, and the work is large enough to be shared. */
const image = [7, 27, 25, 21]

type Case = readonly [name: string, compute: () => readonly tf.Tensor[]]

/** Every element is computed by one thread alone: the same bits. */
const exact: readonly Case[] = [
  ['matMul with more rows', () => [matMul(randomTensor([601, 37], 1), randomTensor([37, 45], 2))]],
  [
    'matMul with more columns',
    () => [
      matMul(randomTensor([611, 31], 1), randomTensor([611, 203], 2), true),
      matMul(randomTensor([31, 411], 1), randomTensor([203, 411], 2), false, true),
    ],
  ],
  [
    'convolution',
    () => [
      conv2d(randomTensor(image, 1), randomTensor([3, 3, 21, 9], 2), spec),
      conv2dInputGradient(randomTensor([7, 14, 24, 9], 3), randomTensor([3, 3, 21, 9], 2), image, spec),
    ],
  ],
  [
    'depthwise convolution',
    () => [
      depthwiseConv2d(randomTensor(image, 1), randomTensor([3, 3, 21, 1], 2), spec),
      depthwiseConv2dInputGradient(randomTensor([7, 14, 24, 21], 3), randomTensor([3, 3, 21, 1], 2), image, spec),
    ],
  ],
  [
    'inference batch norm',
    () => [
      batchNormInference(
        randomTensor(image, 1),
        randomTensor([21], 2),
        tf.abs(randomTensor([21], 3)),
        randomTensor([21], 4),
        randomTensor([21], 5),
        1e-3,
      ),
    ],
  ],
  ['activations', () => [relu6(randomTensor(image, 1)), relu6Gradient(randomTensor(image, 2), randomTensor(image, 3))]],
  [
    'fakeQuant',
    () =>
      [tf.scalar(0.01), randomTensor([21], 4)].flatMap((scale) => {
        const [steps, zeros] = [tf.add(tf.abs(scale), 0.01), tf.zerosLike(scale)]
        return [
          fakeQuant(randomTensor(image, 1), steps, zeros, -8, 7),
          fakeQuantGradient(randomTensor(image, 2), randomTensor(image, 1), steps, zeros, -8, 7),
        ]
      }),
  ],
]

/** Each thread sums its own share: the same up to rounding. */
const rounded: readonly Case[] = [
  [
    'filter gradients',
    () => [
      conv2dFilterGradient(randomTensor(image, 1), randomTensor([7, 14, 24, 9], 2), [3, 3, 21, 9], spec),
      depthwiseConv2dFilterGradient(randomTensor(image, 1), randomTensor([7, 14, 24, 21], 2), [3, 3, 21, 1], spec),
    ],
  ],
  [
    'batch norm',
    () => {
      const [x, scale, shift] = [tf.add(randomTensor(image, 1), 4), randomTensor([21], 2), randomTensor([21], 3)]
      const { y, mean, variance, saved } = batchNormTrain(x, scale, shift, 1e-3, 'relu6')
      const { dx, dScale, dShift } = batchNormTrainGradient(randomTensor(image, 4), x, scale, saved, 1e-3, 'relu6')
      return [y, mean, variance, dx, dScale, dShift]
    },
  ],
  ['bias gradients', () => [biasGradient(randomTensor(image, 1))]],
]

/** What a computation gives with so many threads, twice, and that it leaves no tensor. */
async function computed(threads: number, compute: Case[1]): Promise<readonly Float32Array[]> {
  const running = await createWasm(threads)
  try {
    expect(running.threads).toBe(threads)
    const before = tf.memory().numTensors
    const [first, second] = atLeast(
      1,
      [0, 1].map(() => tf.tidy(() => compute().map((tensor) => Float32Array.from(values(tensor))))),
    )
    expect(second).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
    return first
  } finally {
    running.dispose()
  }
}

const greatest = (numbers: Float32Array): number => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe.each([2, 3])('%i threads of the wasm backend', (threads) => {
  it.each(exact)('compute the bits of one: %s', async (_, compute) => {
    expect(await computed(threads, compute)).toEqual(await computed(1, compute))
  })

  it.each(rounded)('compute what one does, up to rounding: %s', async (_, compute) => {
    const [ours, one] = [await computed(threads, compute), await computed(1, compute)]
    ours.forEach((tensor, index) => {
      const worst = greatest(tensor.map((value, at) => value - one[index]![at]!))
      expect(worst / greatest(one[index]!)).toBeLessThan(1e-5)
    })
  })
})

describe('the threads of the wasm backend', () => {
  it('name the kernel that leaves the memory, and go on', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })
    const team = await createTeam(memory, 2)
    const outside = 2 ** 31 - 64
    expect(() =>
      team.run([
        ['relu', 0, 0, 16, 6],
        ['relu', outside, outside, 16, 6],
      ]),
    ).toThrow("failed in 'relu'")
    new Float32Array(memory.buffer, 0, 8).fill(-1)
    team.run([
      ['relu', 0, 0, 16, 6],
      ['relu', 16, 16, 16, 6],
    ])
    expect([...new Float32Array(memory.buffer, 0, 8)]).toEqual(new Array(8).fill(0))
    team.dispose()
  })

  it('see memory that grew after they started', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })
    const team = await createTeam(memory, 2)
    const start = memory.buffer.byteLength
    memory.grow(16)
    new Float32Array(memory.buffer, start, 8).fill(9)
    team.run([
      ['relu', start, start, 16, 6],
      ['relu', start + 16, start + 16, 16, 6],
    ])
    expect([...new Float32Array(memory.buffer, start, 8)]).toEqual(new Array(8).fill(6))
    team.dispose()
  })

  it('are as many as asked for, and a number that makes no sense is refused', async () => {
    process.env['NNOPT_WASM_THREADS'] = '3'
    expect(await wasmBackend.available()).toMatchObject({ device: 'CPU (3 threads, SIMD)' })
    process.env['NNOPT_WASM_THREADS'] = '0'
    await expect(wasmBackend.available()).rejects.toThrow(
      "NNOPT_WASM_THREADS: expected a whole number from 1 to 64, got '0'",
    )
    delete process.env['NNOPT_WASM_THREADS']
  })

  it('need a module with one memory that has a maximum', () => {
    const header = [0, 97, 115, 109, 1, 0, 0, 0]
    const withMemory = (...limits: readonly number[]): Uint8Array =>
      Uint8Array.of(...header, 5, limits.length + 1, 1, ...limits)
    expect([...withSharedMemory(withMemory(1, 1, 128, 128, 4))].slice(8)).toEqual([5, 6, 1, 3, 1, 128, 128, 4])
    expect(() => withSharedMemory(withMemory(0, 1))).toThrow('expected one memory with a maximum')
    expect(() => withSharedMemory(Uint8Array.from(header))).toThrow('expected one memory with a maximum')
  })
})
