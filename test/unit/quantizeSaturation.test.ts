import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { readOnnx } from '../../src/core/onnx/index'
import type { QuantizationFacts, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { itOnExactCpu, itOnSaturatingCpu } from '../helpers/cpuKind'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('quantize-saturation')
const workspace = join(folder, 'ws')

async function ask<T>(...args: string[]): Promise<T> {
  const { code, json, stdout } = await cli([...args, '--json'], { workspace })
  expect(code, stdout).toBe(0)
  return json as T
}

/** With weights that may saturate, which the product does not make by default. */
let full: QuantizationFacts & Version
beforeAll(async () => {
  await ask('import', writeTinyModel(join(folder, 'model.onnx'), { channels: 24 }), '--name', 'base')
  const images = await writeImageFolder(join(folder, 'images'), { perClass: { train: 8, val: 8, test: 2 } })
  await ask('dataset', 'add', 'colours', images)
  const options = ['--calibration-samples', '8', '--correction-samples', '8', '--weight-range', 'full']
  full = await ask('quantize', 'base', '--dataset', 'colours', '--name', 'full', ...options)
}, 240_000)

const exact = { images: 24, top1Agreement: 1, largestLogitDifference: 0 }

it('counts the pairs of full-range weights that could saturate', () =>
  expect(full.pairsAtRisk.atRisk).toBeGreaterThan(0))

it('warns of them, with the version', () =>
  expect(full.warnings).toContainEqual(
    expect.stringMatching(/^\d+ of \d+ weight pairs can saturate on CPUs without VNNI/),
  ))

it('writes what is known of the file into it', () => {
  const fileName = 'model.onnx'
  const { metadata } = readOnnx(readFileSync(join(workspace, 'versions', full.id, fileName)), { fileName })
  const { simulatedAgreement, trainingAgreement, paddedAgreement, cpu, pairsAtRisk } = full
  const { pairs, atRisk, atRiskAtFullRange } = pairsAtRisk
  expect(JSON.parse(metadata['nnopt.quantization'] ?? '')).toEqual({
    simulatedAgreement,
    trainingAgreement,
    paddedAgreement,
    pairsAtRisk: { pairs, atRisk, atRiskAtFullRange },
    cpu,
  })
})

itOnSaturatingCpu('simulates a file of full-range weights to the bit, products that are cut among them', () => {
  expect(full.cpu.saturates).toBe(true)
  expect(full.simulatedAgreement).toMatchObject(exact)
  expect(full.simulatedAgreement?.saturatingPairs).toBeGreaterThan(0)
})

itOnExactCpu('simulates a file of full-range weights to the bit, nothing of which is cut here', () => {
  expect(full.cpu.saturates).toBe(false)
  expect(full.simulatedAgreement).toEqual({ ...exact, saturatingPairs: 0 })
})
