import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BenchmarkResult } from '../../src/node/inference/benchmark'
import { cliWorkspace } from '../helpers/cliWorkspace'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'

const { folder, document } = cliWorkspace('cli-measure')

beforeAll(async () => {
  await document('dataset', 'add', 'colours', await writeImageFolder(join(folder, 'images')))
  const model = writeTinyModel(join(folder, 'tiny.onnx'), { facts: { classes: ['red', 'blue', 'green'] } })
  await document('import', model, '--name', 'base')
  await document('quantize', 'base', '--dataset', 'colours', '--calibration-samples', '30', '--name', 'base-ptq')
  await document('evaluate', 'base-ptq', '--dataset', 'colours')
})

describe('measurements of a model and its int8 file', () => {
  it('evaluates with the names that scripts rely on, classes matched by name', async () => {
    const evaluation = await document('evaluate', 'base', '--dataset', 'colours')
    expect(Object.keys(evaluation).sort()).toEqual([
      'accuracy',
      'accuracyInterval',
      'approxMemoryMb',
      'avgLoss',
      'avgTimePerBatchMs',
      'avgTimePerSampleMs',
      'batchSize',
      'bnParams',
      'confusionMatrix',
      'dataset',
      'device',
      'fileSizeBytes',
      'floatBiasParams',
      'floatWeightParams',
      'intWeightParams',
      'nonzeroParams',
      'otherFloatParams',
      'perClass',
      'samples',
      'samplesPerSecond',
      'skipped',
      'sparsity',
      'split',
      'threads',
      'totalParams',
      'version',
      'warmupBatches',
      'warnings',
    ])
    expect(evaluation).toMatchObject({ dataset: 'colours', split: 'test', samples: 24, warmupBatches: 5, skipped: [] })
    expect(
      (evaluation.perClass as readonly { name: string; samples: number }[]).map(({ name, samples }) => [name, samples]),
    ).toEqual([
      ['red', 8],
      ['blue', 8],
      ['green', 8],
    ])
    expect(evaluation.accuracyInterval).toHaveLength(2)
  })

  it('evaluates without saturating products on request, and keeps the default session as the score of the version', async () => {
    const before = (await document('show', 'base')).evaluations
    const { device } = (await document('evaluate', 'base', '--dataset', 'colours', '--exact')) as {
      device: { runtime: string }
    }
    expect(device.runtime).toMatch(/^onnxruntime-node .*, exact int8$/)
    expect((await document('show', 'base')).evaluations).toEqual(before)
  })

  it('takes a stratified sample of the same images every time', async () => {
    const [first, second] = [
      await document('evaluate', 'base', '--dataset', 'colours', '--limit', '9', '--split', 'train'),
      await document('evaluate', 'base', '--dataset', 'colours', '--limit', '9', '--split', 'train'),
    ]
    expect(first).toMatchObject({
      samples: 9,
      accuracy: second.accuracy,
      avgLoss: second.avgLoss,
      confusionMatrix: second.confusionMatrix,
    })
    expect((first.perClass as readonly { samples: number }[]).map(({ samples }) => samples)).toEqual([3, 3, 3])
  })

  it('benchmarks versions together, over a grid', async () => {
    const { results, comparisons, cpu } = (await document(
      'benchmark',
      'base',
      'base-ptq',
      '--rounds',
      '2',
      '--batch',
      '1,4',
      '--threads',
      '1',
    )) as Readonly<Record<'results' | 'comparisons' | 'cpu', readonly Readonly<Record<string, unknown>>[]>>
    expect(results.map(({ batch, threads }) => [batch, threads])).toEqual([
      [1, 1],
      [1, 1],
      [4, 1],
      [4, 1],
    ])
    expect(results[0]).toMatchObject({
      throughput: { median: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      latencyMs: { p50: expect.any(Number), p90: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) },
      warnings: expect.any(Array),
    })
    expect((results[0]!.roundsMs as readonly number[][]).flat()).toHaveLength(results[0]!.samples as number)
    expect(
      comparisons.map(({ id, to, batch, significant }) => [
        id === results[1]!.id,
        to === results[0]!.id,
        batch,
        typeof significant,
      ]),
    ).toEqual([
      [true, true, 1, 'boolean'],
      [true, true, 4, 'boolean'],
    ])
    expect(cpu).toMatchObject({ model: expect.any(String), cores: expect.any(Number), otherLoad: expect.any(Number) })
  })

  it('adds rounds to a benchmark while an interval is wide and the machine quiet, up to four times as many', async () => {
    const {
      results: [
        {
          throughput: { median, low, high },
          roundsMs,
          warnings,
        },
      ],
    } = (await document('benchmark', 'base', '--rounds', '3', '--threads', '1')) as {
      readonly results: readonly [Pick<BenchmarkResult, 'throughput' | 'roundsMs' | 'warnings'>]
    }
    expect(roundsMs.length).toBeGreaterThanOrEqual(3)
    if (warnings.some((warning) => warning.includes('during the measurement')))
      return expect(roundsMs.length).toBeLessThanOrEqual(12)
    if (roundsMs.length < 12) expect(high - low).toBeLessThanOrEqual(0.031 * median)
    else expect(roundsMs).toHaveLength(12)
  })

  it('shows lineage and measurements', async () => {
    const shown = await document('show', 'base-ptq')
    expect((shown.lineage as readonly { name: string }[]).map(({ name }) => name)).toEqual(['base'])
    expect(shown.evaluations).toHaveLength(1)
    expect(shown.benchmarks).toHaveLength(2)
  })
})
