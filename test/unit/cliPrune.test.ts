import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'
import { atLeast } from '../../src/shared/atLeast'

const folder = temporaryFolder('cli-prune')
const workspace = join(folder, 'workspace')
const run = (...args: readonly string[]) => cli(args, { workspace })

interface Shown {
  readonly totalParams: number
  readonly nonzeroParams: number
  readonly macs: number
  readonly sparsity: number
  readonly gzipBytes: number
  readonly sizeBytes: number
  readonly layers: readonly {
    readonly name: string
    readonly sparsity: number
    readonly macs: number
    readonly shape: readonly number[]
  }[]
}

async function shown(version: string): Promise<Shown> {
  const { code, json, stderr } = await run('show', version, '--json')
  expect(code, stderr).toBe(0)
  return json as Shown
}

async function succeeds(...args: readonly string[]): Promise<unknown> {
  const { code, json, stdout, stderr } = await run(...args)
  expect(code, stdout + stderr).toBe(0)
  return json
}

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'), {
    classes: ['blue', 'green', 'red'],
    perClass: { train: 40, test: 8 },
  })
  await succeeds('dataset', 'add', 'colors', join(folder, 'images'))
  await succeeds(
    'import',
    writeTinyModel(join(folder, 'tiny.onnx'), { channels: 16, facts: { classes: ['blue', 'green', 'red'] } }),
    '--name',
    'tiny',
  )
})

describe('prune, fine-tune, quantize', { timeout: 240_000 }, () => {
  it('keeps every zero from the cut to the int8 file', async () => {
    await succeeds(
      'prune',
      'tiny',
      '--name',
      'sparse',
      '--amount',
      '0.7',
      '--schedule',
      'cubic',
      '--steps',
      '2',
      '--dataset',
      'colors',
      '--epochs',
      '2',
      '--batch-size',
      '16',
      '--distill',
      '--backend',
      'wasm',
    )
    await succeeds(
      'train',
      '--from',
      'sparse',
      '--dataset',
      'colors',
      '--epochs',
      '1',
      '--batch-size',
      '16',
      '--name',
      'again',
      '--backend',
      'wasm',
    )
    await succeeds('quantize', 'again', '--dataset', 'colors', '--name', 'small')
    for (const version of ['sparse', 'again', 'small'])
      expect((await shown(version)).sparsity, version).toBeGreaterThanOrEqual(0.699)
    const { gzipBytes, totalParams, nonzeroParams, layers } = await shown('sparse')
    expect(gzipBytes).toBeLessThan((await shown('tiny')).gzipBytes * 0.7)
    expect(nonzeroParams).toBeLessThan(totalParams * 0.5)
    expect(layers.map(({ name }) => name)).toEqual((await shown('tiny')).layers.map(({ name }) => name))
  })

  it('refuses an int8 version and says what to prune instead', async () => {
    const { code, stderr } = await run('prune', 'small', '--amount', '0.5')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /version 'small' is int8: expected an fp32 version\. Prune the version it was made from, then quantize the result/,
    )
  })

  it('cuts channels, with gradients or without', async () => {
    const before = await shown('tiny')
    for (const method of ['l1-structured', 'taylor-structured']) {
      await succeeds(
        'prune',
        'tiny',
        '--name',
        method,
        '--method',
        method,
        '--keep',
        'macs=0.5',
        '--round-to',
        '2',
        '--min-channels',
        '2',
        '--dataset',
        'colors',
        '--backend',
        'wasm',
      )
      const after = await shown(method)
      expect(after.macs / before.macs).toBeGreaterThan(0.4)
      expect(after.macs / before.macs).toBeLessThanOrEqual(0.52)
      expect(after.sizeBytes).toBeLessThan(before.sizeBytes)
    }
  })

  it('reaches the same amounts in several steps', async () => {
    const before = await shown('tiny')
    await succeeds(
      'prune',
      'tiny',
      '--name',
      'stepwise',
      '--method',
      'l2-structured',
      '--keep',
      'macs=0.4',
      '--schedule',
      'iterative',
      '--steps',
      '3',
      '--round-to',
      '1',
      '--min-channels',
      '2',
    )
    expect((await shown('stepwise')).macs / before.macs).toBeGreaterThan(0.3)
    expect((await shown('stepwise')).macs / before.macs).toBeLessThanOrEqual(0.42)
    const [, wide] = atLeast(2, before.layers)
    await succeeds(
      'prune',
      'tiny',
      '--name',
      'ratio',
      '--method',
      'l2-structured',
      '--pruning-ratio',
      JSON.stringify({ [wide.name]: 0.5 }),
      '--schedule',
      'cubic',
      '--steps',
      '3',
      '--round-to',
      '1',
      '--min-channels',
      '2',
    )
    expect((await shown('ratio')).layers.find(({ name }) => name === wide.name)?.shape[0]).toBe(wide.shape[0]! / 2)
  })

  it('says what it would bring before anything is cut', async () => {
    const versions = (await succeeds('versions', '--json')) as readonly unknown[]
    const plan = (await succeeds(
      'prune',
      'tiny',
      '--plan',
      '--json',
      '--method',
      'l1-structured',
      '--keep',
      'params=0.6',
      '--round-to',
      '2',
      '--min-channels',
      '2',
      '--dataset',
      'colors',
      '--plan-samples',
      '12',
    )) as {
      readonly before: Readonly<Record<string, number>>
      readonly after: Readonly<Record<string, number>>
      readonly groups: readonly {
        readonly name: string
        readonly accuracy: number | null
        readonly blocked: string | null
        readonly gzipBytes: number
      }[]
      readonly accuracy: {
        readonly before: number
        readonly untuned: number
        readonly expected: number
        readonly samples: number
      }
    }
    expect(plan.after.params! / plan.before.params!).toBeLessThanOrEqual(0.62)
    for (const key of ['params', 'macs', 'sizeBytes', 'gzipBytes', 'predictedLatencyMs', 'measuredLatencyMs']) {
      expect(plan.before[key], key).toBeGreaterThan(0)
      expect(plan.after[key], key).toBeGreaterThan(0)
    }
    expect(
      plan.groups
        .filter(({ blocked }) => blocked === null)
        .every(({ accuracy }) => accuracy !== null && accuracy >= 0 && accuracy <= 1),
    ).toBe(true)
    expect(plan.groups.find(({ blocked }) => blocked !== null)?.blocked).toMatch(/its channels are the model's output/)
    expect(plan.accuracy.samples).toBeGreaterThan(0)
    expect(await succeeds('versions', '--json')).toHaveLength(versions.length)
  })

  it.each([
    {
      what: 'fine-tuning without images',
      args: ['--amount', '0.5', '--epochs', '1'],
      code: 2,
      says: /fine-tuning needs training images: expected a dataset/,
    },
    { what: 'no amount', args: [], code: 2, says: /expected amount, such as 0\.7, or nm/ },
    {
      what: 'the classifier',
      args: ['--method', 'l1-structured', '--pruning-ratio', '{"classifier":0.5}'],
      code: 2,
      says: /layer 'classifier' cannot be pruned: its channels are the model's output/,
    },
    {
      what: 'an unknown method',
      args: ['--method', 'l3-structured', '--keep', 'macs=0.5'],
      code: 2,
      says: /method.*l1-structured/,
    },
    {
      what: 'too few epochs for its steps',
      args: ['--amount', '0.5', '--schedule', 'iterative', '--steps', '4', '--epochs', '2', '--dataset', 'colors'],
      code: 2,
      says: /4 steps with 1 epochs between them need at least 4 epochs: got 2/,
    },
  ])('refuses $what', async ({ args, code, says }) => {
    const result = await run('prune', 'tiny', ...args)
    expect(result.stderr).toMatch(says)
    expect(result.code).toBe(code)
  })
})
