import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { Graph } from '../../src/core/graph/graph'
import { floatTensor } from '../../src/core/graph/tensorData'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { convert } from '../../src/core/deploy/convert'
import { chooseHere, chooseWithoutVnni } from '../../src/core/deploy/recommendation'
import { saturatingForm } from '../../src/core/deploy/saturatingForm'
import { sevenBitForm } from '../../src/core/deploy/sevenBitForm'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import type { Deployment, DeploymentKind, Recommendation } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { noise, quantizedNetwork } from '../helpers/quantized'
import { temporaryFolder } from '../helpers/temporary'

const perTensor = (dtype: 'int8' | 'uint8', scale: number, zeroPoint = 0) => ({
  dtype,
  scale: Float32Array.of(scale),
  zeroPoint: Int32Array.of(zeroPoint),
  qmin: dtype === 'int8' ? -128 : 0,
  qmax: dtype === 'int8' ? 127 : 255,
})

/** A 3×3 convolution with padding over integers 0 to 255 whose zero stands at 10; every number of it is an integer. */
function integerConvolution(weights: readonly number[], outputs: number): Graph {
  const shape = ['batch', 2, 3, 3]
  const graph: Graph = {
    name: 'integers',
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', outputs, 3, 3] }],
    nodes: [
      {
        name: 'conv',
        op: 'Conv',
        inputs: ['x', 'w'],
        outputs: ['y'],
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
    ],
    initializers: new Map([['w', floatTensor([outputs, 2, 3, 3], weights)]]),
    masks: new Map(),
    qparams: new Map([
      ['x', perTensor('uint8', 1, 10)],
      ['w', perTensor('int8', 1)],
      ['y', perTensor('uint8', 2000, 128)],
    ]),
    metadata: {},
  }
  return convert(graph).graph
}

async function run(graph: Graph, images: Float32Array, shape: readonly number[]): Promise<readonly number[]> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1, optimization: 'disabled' })
  try {
    return [...Object.values((await worker.run(images.slice(), shape)).outputs)[0].data]
  } finally {
    await worker.close()
  }
}

describe('the saturating form', () => {
  it('cuts each pair of neighbouring products to 16 bits, as vpmaddubsw does, borders and zero points included', async () => {
    const outputs = 3
    const weights = Array.from(
      { length: outputs * 18 },
      (_, index) => [127, 120, -127, -110, 30, 125, 126][(index * 5) % 7],
    )
    const graph = integerConvolution(weights, outputs)
    const { graph: imitation, pairs } = saturatingForm(graph)
    expect(pairs).toBeGreaterThan(5)
    const integers = Float32Array.from({ length: 18 }, (_, index) => [255, 250, 0, 200, 255, 131, 255][(index * 3) % 7])
    const images = integers.map((value) => value - 10)
    // By hand: rows, columns, channels fastest; padding has the integer of zero; the zero point's share is taken off exactly.
    const expected = Array.from({ length: outputs * 9 }, (_, at) => {
      const [output, row, column] = [Math.floor(at / 9), Math.floor((at % 9) / 3), at % 3]
      const [a, w]: [number[], number[]] = [[], []]
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++)
          for (let channel = 0; channel < 2; channel++) {
            const [y, x] = [row + ky - 1, column + kx - 1]
            a.push(y < 0 || y > 2 || x < 0 || x > 2 ? 10 : integers[channel * 9 + y * 3 + x])
            w.push(weights[((output * 2 + channel) * 3 + ky) * 3 + kx])
          }
      let sum = 0
      for (let k = 0; k < 18; k += 2) sum += Math.max(-32768, Math.min(32767, a[k] * w[k] + a[k + 1] * w[k + 1]))
      const real = sum - 10 * w.reduce((total, weight) => total + weight, 0)
      return Math.max(0, Math.min(255, Math.round(real / 2000) + 128)) * 2000 - 128 * 2000
    })
    const [exact, saturating] = [await run(graph, images, [1, 2, 3, 3]), await run(imitation, images, [1, 2, 3, 3])]
    expect(saturating).toEqual(expected)
    expect(exact).not.toEqual(expected)
  })

  it('is the graph itself where no pair can leave 16 bits', () => {
    const graph = integerConvolution(new Array<number>(18).fill(60), 1)
    expect(saturatingForm(graph)).toEqual({ graph, pairs: 0 })
  })
})

describe('the 7-bit form', () => {
  it('keeps weights within 64, cannot saturate, and computes nearly the same', async () => {
    const graph = readOnnx(
      writeOnnx(convert(await quantizedNetwork('tiny-cnn', { classes: 3, size: 16, channels: 8 })).graph),
      { fileName: 'q.onnx' },
    )
    const narrow = sevenBitForm(graph)
    const weights = [...narrow.initializers.values()].filter(({ dtype, data }) => dtype === 'int8' && data.length > 64)
    expect(weights.length).toBeGreaterThan(1)
    expect(Math.max(...weights.flatMap(({ data }) => [...data].map(Math.abs)))).toBe(64)
    expect(saturatingForm(narrow).pairs).toBe(0)
    const images = noise(8, 16, 3)
    const [before, after] = [await run(graph, images, [8, 3, 16, 16]), await run(narrow, images, [8, 3, 16, 16])]
    const spread = Math.max(...before) - Math.min(...before)
    expect(after).not.toEqual(before)
    after.forEach((value, index) => expect(Math.abs(value - before[index])).toBeLessThan(0.1 * spread))
  })
})

describe('the choice', () => {
  const deployment = (kind: DeploymentKind, drop: number, speed: number | null, pairsAtRisk = 0): Deployment => ({
    kind,
    how: '',
    accuracyIs: 'measured',
    pairsAtRisk,
    sizeBytes: 1,
    accuracy: {
      samples: 1000,
      accuracy: 0.9 - drop,
      accuracyInterval: [0.8, 1],
      referenceAccuracy: 0.9,
      difference: -drop,
      differenceInterval: [-drop - 0.005, -drop + 0.005],
      agreement: 1,
      divergence: 0,
    },
    samplesPerSecond: speed === null ? null : { median: speed, low: speed, high: speed },
  })

  it('is the fastest that keeps its accuracy here, and says what the others lose', () => {
    const deployments = [
      deployment('fp32', 0, 100),
      deployment('int8-exact', 0.002, 120),
      deployment('int8-saturating', 0.08, 300),
      deployment('int8-7bit', 0.006, 290),
    ]
    expect(chooseHere(deployments, 0.01)).toEqual({
      kind: 'int8-7bit',
      why: expect.stringMatching(
        /^the fastest variant that keeps its accuracy: 2\.90× .*int8-saturating loses more than 1\.00 points/,
      ),
    })
    expect(chooseHere([deployment('fp32', 0, 100), deployment('int8-exact', 0.002, 90)], 0.01).kind).toBe('fp32')
  })

  it('changes nothing for a speed that is within what was measured', () => {
    const about = (each: Deployment, median: number): Deployment => ({
      ...each,
      samplesPerSecond: { median, low: median - 5, high: median + 5 },
    })
    const deployments = [
      about(deployment('fp32', 0, 100), 100),
      about(deployment('int8-exact', 0, 200), 200),
      about(deployment('int8-7bit', 0, 203), 203),
    ]
    expect(chooseHere(deployments, 0.01).kind).toBe('int8-exact')
  })

  it('without VNNI goes by what can saturate and what that costs', () => {
    const choose = (saturating: Deployment, sevenBit: Deployment): DeploymentKind =>
      chooseWithoutVnni([deployment('fp32', 0, 1), deployment('int8-exact', 0, 1), saturating, sevenBit], 0.01).kind
    expect(choose(deployment('int8-saturating', 0.08, null, 0), deployment('int8-7bit', 0.03, 1))).toBe(
      'int8-saturating',
    )
    expect(choose(deployment('int8-saturating', 0.004, null, 9), deployment('int8-7bit', 0.03, 1))).toBe(
      'int8-saturating',
    )
    expect(choose(deployment('int8-saturating', 0.08, null, 9), deployment('int8-7bit', 0.003, 1))).toBe('int8-7bit')
    expect(choose(deployment('int8-saturating', 0.08, null, 9), deployment('int8-7bit', 0.05, 1))).toBe('int8-exact')
  })
})

describe('nnopt recommend', () => {
  it('measures the four side by side and says which and why; a float version is refused', async () => {
    const folder = temporaryFolder('recommend')
    const workspace = join(folder, 'ws')
    const ask = (...args: string[]) => cli([...args, '--json'], { workspace })
    expect((await ask('import', writeTinyModel(join(folder, 'model.onnx')), '--name', 'float')).code).toBe(0)
    expect(
      (
        await ask(
          'dataset',
          'add',
          'colours',
          await writeImageFolder(join(folder, 'images'), { perClass: { train: 8, val: 8, test: 2 } }),
        )
      ).code,
    ).toBe(0)
    expect(
      (
        await ask(
          'quantize',
          'float',
          '--dataset',
          'colours',
          '--name',
          'small',
          '--weight-range',
          'full',
          '--calibration-samples',
          '8',
        )
      ).code,
    ).toBe(0)
    const { code, json, stdout } = await ask(
      'recommend',
      'small',
      '--dataset',
      'colours',
      '--samples',
      '12',
      '--batch',
      '4',
      '--threads',
      '1',
    )
    expect(code, stdout).toBe(0)
    const { deployments, here, withoutVnni, saturates } = json as Recommendation
    expect(deployments.map(({ kind }) => kind)).toEqual(['fp32', 'int8-exact', 'int8-saturating', 'int8-7bit'])
    expect(deployments.map(({ accuracyIs }) => accuracyIs)).toEqual([
      'measured',
      'measured',
      saturates ? 'measured' : 'simulated',
      'measured',
    ])
    expect(deployments.map(({ samplesPerSecond }) => samplesPerSecond !== null)).toEqual([true, true, saturates, true])
    expect(deployments.every(({ accuracy }) => accuracy.samples === 12)).toBe(true)
    for (const { kind, why } of [here, withoutVnni])
      expect([deployments.some((each) => each.kind === kind), why.length > 10]).toEqual([true, true])
    const refused = await ask('recommend', 'float', '--dataset', 'colours')
    expect(refused.json).toMatchObject({
      error: { code: 'unsupported', message: expect.stringMatching(/'float' is fp32: expected an int8 version/) },
    })
  }, 120_000)
})
