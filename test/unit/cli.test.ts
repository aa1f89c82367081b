import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { classesOf, preprocessingOf } from '../../src/core/data/modelFacts'
import { preprocessingPresets } from '../../src/core/data/preprocessing'
import { isQuantized, readOnnx } from '../../src/core/onnx'
import type { BenchmarkResult } from '../../src/node/inference/benchmark'
import { cli } from '../helpers/cli'
import type { CliResult } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('cli')
const workspace = join(folder, 'workspace')
const classes = ['blue', 'green', 'red']
const run = (...args: string[]): Promise<CliResult> => cli([...args, '--json'], { workspace })

/** The document of a call that has to succeed. */
async function document(...args: string[]): Promise<Record<string, unknown>> {
  const { code, json, stderr } = await run(...args)
  expect([code, stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined])
  return json as Record<string, unknown>
}

let images: string
let model: string

beforeAll(async () => {
  images = await writeImageFolder(join(folder, 'images'))
  model = writeTinyModel(join(folder, 'tiny.onnx'))
})

describe('the way from a model to an int8 file', () => {
  it('starts with an empty workspace, silently', async () => {
    const { code, stdout, stderr } = await run('versions')
    expect([code, stdout, stderr]).toEqual([0, '[]\n', ''])
  })

  it('takes a dataset', async () => {
    expect(await document('dataset', 'add', 'colours', images)).toMatchObject({
      id: 'colours',
      name: 'colours',
      classes,
      counts: { test: 24 },
      problems: [],
    })
    const { counts } = (await document('dataset', 'add', 'again', images, '--seed', '1')) as {
      counts: Record<string, number>
    }
    expect(counts.train! + counts.val!).toBe(72)
    expect(((await document('datasets')) as object as readonly unknown[]).length).toBe(2)
    expect(await document('dataset', 'rm', 'again')).toMatchObject({ id: 'again' })
  })

  it('imports with preprocessing and class names, and writes both into the file', async () => {
    const names = join(folder, 'names.txt')
    writeFileSync(names, 'red\nblue\ngreen\n')
    const preprocessing = join(folder, 'preprocessing.json')
    writeFileSync(preprocessing, JSON.stringify({ ...preprocessingPresets.cifar, resize: { width: 16, height: 16 } }))
    const version = await document('import', model, '--name', 'base', '--classes', names, '--preprocess', preprocessing)
    expect(version).toMatchObject({
      name: 'base',
      precision: 'fp32',
      classes: ['red', 'blue', 'green'],
      classCount: 3,
      inputSize: { height: 16, width: 16 },
      trainable: true,
      warnings: [],
    })
    const written = readOnnx(readFileSync(join(workspace, 'versions', String(version.id), 'model.onnx')), {
      fileName: 'model.onnx',
    })
    expect(classesOf(written)).toEqual(['red', 'blue', 'green'])
    expect(preprocessingOf(written)?.resize).toEqual({ width: 16, height: 16 })
    expect(readdirSync(join(workspace, 'versions', String(version.id))).sort()).toEqual([
      'metadata.json',
      'metadata.json.sha256',
      'model.onnx',
      'recipe.yaml',
      'source.onnx',
      'training.safetensors',
    ])
  })

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

  it('quantizes into a version of its own', async () => {
    const version = await document(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--mode',
      'ptq',
      '--activation-observer',
      'min-max',
      '--calibration-samples',
      '30',
    )
    expect(version).toMatchObject({
      name: 'base-ptq',
      precision: 'int8',
      origin: 'quantized',
      classes: ['red', 'blue', 'green'],
      step: { step: 'quantize', activationObserver: 'min-max', calibrationSamples: 30 },
    })
    expect(await document('evaluate', 'base-ptq', '--dataset', 'colours')).toMatchObject({ samples: 24 })
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

  it('exports the int8 model', async () => {
    const out = join(folder, 'out.onnx')
    expect(await document('export', 'base-ptq', '--format', 'onnx', '--out', out)).toMatchObject({
      path: out,
      format: 'onnx',
      sizeBytes: statSync(out).size,
    })
    expect(isQuantized(readOnnx(readFileSync(out), { fileName: 'out.onnx' }))).toBe(true)
  })

  it('shows lineage and measurements', async () => {
    const shown = await document('show', 'base-ptq')
    expect((shown.lineage as readonly { name: string }[]).map(({ name }) => name)).toEqual(['base'])
    expect(shown.evaluations).toHaveLength(1)
    expect(shown.benchmarks).toHaveLength(2)
  })

  it('reports on one page without any address of the network', async () => {
    const out = join(folder, 'report.html')
    expect(await document('report', '--out', out)).toEqual({ path: out })
    const html = readFileSync(out, 'utf8')
    expect(html).toContain('base-ptq')
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('renames, deletes, restores and purges', async () => {
    expect(
      await document('rename', 'base-ptq', '--name', 'small', '--tag', 'best', 'int8', '--notes', 'keep'),
    ).toMatchObject({ name: 'small', tags: ['best', 'int8'], notes: 'keep' })
    await document('rm', 'small')
    expect((await run('show', 'small')).json).toMatchObject({ error: { code: 'notFound' } })
    await document('restore', 'small')
    await document('rm', 'small')
    expect(await document('purge')).toMatchObject({ removed: [expect.stringMatching(/^v-/)] })
    expect(((await document('versions')) as object as readonly { name: string }[]).map(({ name }) => name)).toEqual([
      'base',
    ])
  })

  it('runs a recipe, whose steps refer to each other', async () => {
    const recipe = join(folder, 'recipe.yaml')
    writeFileSync(
      recipe,
      'name: both\nsteps:\n  - { step: quantize, id: int8, from: base, dataset: colours, calibrationSamples: 12 }\n  - { step: evaluate, version: $int8, dataset: colours, limit: 6 }\n',
    )
    const done = (await document('run', recipe)) as {
      status: string
      results: readonly { versionId?: string; output: { evaluation?: { version: string } } }[]
    }
    expect(done.status).toBe('done')
    expect(done.results[1]!.output.evaluation?.version).toBe(done.results[0]!.versionId)
    expect(
      ((await document('runs')) as object as readonly { status: string }[]).every(({ status }) => status === 'done'),
    ).toBe(true)
  })

  it('speaks to people without --json', async () => {
    const { code, stdout } = await cli(['versions'], { workspace })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^name +id +precision +size +accuracy +created\n─/)
  })
})

describe('a call that is wrong', () => {
  let kept: readonly string[]
  beforeAll(() => {
    kept = readdirSync(join(workspace, 'versions'))
  })

  const calls: readonly (readonly [string, readonly string[], number, string, RegExp])[] = [
    [
      'an unknown command',
      ['fly'],
      2,
      'wrongCall',
      /^unknown command 'fly': expected one of dataset, datasets, import, /,
    ],
    ['an unknown flag', ['versions', '--fast'], 2, 'wrongCall', /^unknown option '--fast'/],
    ['a missing argument', ['show'], 2, 'wrongCall', /^missing required argument 'version'/],
    ['a missing flag', ['evaluate', 'base'], 2, 'wrongCall', /^required option '--dataset <name>' not specified/],
    [
      'a number that is none',
      ['evaluate', 'base', '--dataset', 'colours', '--limit', 'many'],
      2,
      'wrongCall',
      /^--limit: expected a number, got 'many'$/,
    ],
    [
      'a number out of range',
      ['evaluate', 'base', '--dataset', 'colours', '--limit', '0'],
      2,
      'wrongCall',
      /step 1 \(evaluate\): field 'limit': /,
    ],
    [
      'an unknown split',
      ['evaluate', 'base', '--dataset', 'colours', '--split', 'dev'],
      2,
      'wrongCall',
      /'split': .*"train"\|"val"\|"test"/,
    ],
    ['an unknown version', ['show', 'bas'], 1, 'notFound', /^no version named 'bas': did you mean 'base'/],
    [
      'an unknown dataset',
      ['evaluate', 'base', '--dataset', 'colour'],
      1,
      'notFound',
      /^no dataset named 'colour': did you mean 'colours'\?$/,
    ],
    [
      'an unknown observer',
      ['quantize', 'base', '--dataset', 'colours', '--activation-observer', 'crystal-ball'],
      2,
      'wrongCall',
      /'activationObserver': .*"entropy"\|"histogram"\|.*"min-max"/,
    ],
    [
      'an unknown mode',
      ['quantize', 'base', '--dataset', 'colours', '--mode', 'magic'],
      2,
      'wrongCall',
      /'mode': .*"ptq"/,
    ],
    [
      'an unknown architecture',
      ['train', '--arch', 'giant', '--dataset', 'colours'],
      2,
      'wrongCall',
      /'architecture': .*"tiny-cnn"/,
    ],
    [
      'nothing to start training from',
      ['train', '--dataset', 'colours'],
      2,
      'wrongCall',
      /expected either 'architecture' or 'from'/,
    ],
    [
      'an unknown backend',
      ['train', '--arch', 'tiny-cnn', '--dataset', 'colours', '--backend', 'abacus'],
      1,
      'notFound',
      /field 'backend': unknown backend 'abacus': expected one of tensorflow, wasm/,
    ],
    [
      'a benchmark without threads',
      ['benchmark', 'base', '--threads', '0'],
      2,
      'wrongCall',
      /field 'threads\[0\]': .*>=1/,
    ],
    [
      'a batch that is no number',
      ['benchmark', 'base', '--batch', '1,x'],
      2,
      'wrongCall',
      /^--batch: expected a number, got 'x'$/,
    ],
    [
      'more threads than cores',
      ['benchmark', 'base', '--threads', '200'],
      1,
      'badInput',
      /^threads: expected at most the \d+ cores of this machine, got 200$/,
    ],
    [
      'an unknown format',
      ['export', 'base', '--format', 'pdf', '--out', '/tmp/x'],
      2,
      'wrongCall',
      /^unknown format 'pdf': expected one of onnx$/,
    ],
    [
      'a folder that is not there',
      ['export', 'base', '--out', '/nowhere/x.onnx'],
      2,
      'wrongCall',
      /^'\/nowhere\/x\.onnx': the folder '\/nowhere' does not exist/,
    ],
    [
      'a recipe that is not there',
      ['run', '/nowhere.yaml'],
      1,
      'badInput',
      /^recipe '\/nowhere\.yaml' cannot be read: /,
    ],
    ['a run that is not there', ['resume', 'r-0'], 1, 'notFound', /^no run named 'r-0': /],
  ]
  it.each(calls)('%s: one sentence, the exit code, and nothing made', async (_, args, code, errorCode, message) => {
    const result = await run(...args)
    expect(result.json).toEqual({ error: { code: errorCode, message: expect.stringMatching(message) } })
    expect(result.code).toBe(code)
    expect(readdirSync(join(workspace, 'versions'))).toEqual(kept)
  })

  it('without --json says the same on stderr', async () => {
    const { code, stdout, stderr } = await cli(['show', 'nothing'], { workspace })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: no version named 'nothing': did you mean /)
  })
})

it('help and version are no failures', async () => {
  expect(await cli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('quantize') })
  expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  expect(await cli(['train', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--learning-rate') })
})

it('the launcher of the package starts the same program', () => {
  const launcher = join(import.meta.dirname, '..', '..', 'bin', 'nnopt.mjs')
  const { status, stdout } = spawnSync(
    process.execPath,
    [launcher, 'versions', '--json', '--workspace', join(folder, 'launched')],
    { encoding: 'utf8' },
  )
  expect([status, stdout]).toEqual([0, '[]\n'])
})

it('the options may come first, and the folder is made', async () => {
  const made = join(folder, 'made', 'deep')
  mkdirSync(join(folder, 'made'))
  expect((await cli(['--workspace', made, '--json', 'versions'])).stdout).toBe('[]\n')
  expect(existsSync(join(made, 'workspace.db'))).toBe(true)
})
