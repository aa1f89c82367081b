import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { Graph } from '../../src/core/graph/graph'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { convert } from '../../src/core/deploy/convert'
import { chooseHere, chooseWithoutVnni } from '../../src/core/deploy/recommendation'
import { integerForm } from '../../src/core/deploy/integerForm'
import { sevenBitForm } from '../../src/core/deploy/sevenBitForm'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import type { Deployment, DeploymentKind, Recommendation } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { noise, quantizedNetwork } from '../helpers/quantized'
import { temporaryFolder } from '../helpers/temporary'

async function run(graph: Graph, images: Float32Array, shape: readonly number[]): Promise<readonly number[]> {
  const worker = await createInferenceWorker(writeOnnx(graph), { threads: 1, optimization: 'disabled' })
  try {
    return [...Object.values((await worker.run(images.slice(), shape)).outputs)[0]!.data]
  } finally {
    await worker.close()
  }
}

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
    expect(integerForm(narrow, { saturates: true })?.pairs).toBe(0)
    const images = noise(8, 16, 3)
    const [before, after] = [await run(graph, images, [8, 3, 16, 16]), await run(narrow, images, [8, 3, 16, 16])]
    const spread = Math.max(...before) - Math.min(...before)
    expect(after).not.toEqual(before)
    after.forEach((value, index) => expect(Math.abs(value - before[index]!)).toBeLessThan(0.1 * spread))
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
