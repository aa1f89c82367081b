import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { atLeast } from '../../src/shared/atLeast'
import type { Run, Version } from '../../src/shared/types'
import { readSafetensors } from '../../src/core/train/safetensors'
import { cli } from '../helpers/cli'
import type { CliResult } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('qat')
const workspace = join(folder, 'workspace')

async function json<T>(...args: string[]): Promise<T> {
  return (await cli([...args, '--json'], { workspace })).json as T
}

const qat = [
  'quantize',
  'base',
  '--dataset',
  'colours',
  '--mode',
  'qat',
  '--epochs',
  '3',
  '--batch-size',
  '8',
  '--learning-rate',
  '0.002',
  '--backend',
  'wasm',
  '--calibration-samples',
  '40',
  '--correction-samples',
  '16',
]
const trainingStateOf = async (name: string): Promise<Buffer> =>
  readFileSync(join(workspace, 'versions', (await json<Version>('show', name)).id, 'training.safetensors'))

interface Trained extends Version {
  readonly accuracy: number
  readonly accuracyInterval: readonly number[]
  readonly bestEpoch: number
  readonly epochs: readonly { readonly valAccuracy: number }[]
  readonly zeros: { readonly masked: number }
  readonly simulatedAgreement: { readonly images: number; readonly top1Agreement: number }
  readonly trainingAgreement: { readonly images: number; readonly top1Agreement: number }
}

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'), { perClass: { train: 90, test: 6 } })
  await json('dataset', 'add', 'colours', join(folder, 'images'))
  expect(
    (
      await cli(
        [
          'train',
          '--arch',
          'tiny-cnn',
          '--dataset',
          'colours',
          '--epochs',
          '3',
          '--batch-size',
          '8',
          '--backend',
          'wasm',
          '--seed',
          '3',
          '--name',
          'base',
        ],
        { workspace },
      )
    ).code,
  ).toBe(0)
}, 120_000)

describe('quantize --mode qat', () => {
  it('writes an int8 version with its accuracy, its epochs and how the simulation agrees', async () => {
    const version = await json<Trained>(...qat, '--name', 'whole', '--distill')
    expect(version).toMatchObject({
      name: 'whole',
      precision: 'int8',
      origin: 'quantized',
      trainable: false,
      accuracy: expect.any(Number),
      zeros: { masked: 0 },
      step: { mode: 'qat', distill: 'parent' },
    })
    expect(version.accuracyInterval).toHaveLength(2)
    expect(version.epochs).toHaveLength(3)
    expect(version.simulatedAgreement.top1Agreement).toBe(1)
    expect(version.trainingAgreement.top1Agreement).toBeGreaterThan(0.95)
    const ptq = await json<Trained>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--calibration-samples',
      '40',
      '--correction-samples',
      '16',
      '--name',
      'ptq',
    )
    expect(version.accuracy).toBeGreaterThanOrEqual(ptq.accuracy)
  }, 120_000)

  it('goes on to the same weights after it was killed, without calibrating again', async () => {
    expect((await cli([...qat, '--name', 'straight'], { workspace })).code).toBe(0)
    let killed = false
    const kill = async (): Promise<void> => {
      const running = (await json<readonly Run[]>('runs')).find(({ status }) => status === 'running')
      if (!running?.pid) throw new Error('expected a running process')
      process.kill(running.pid, 'SIGKILL')
    }
    const result: CliResult = await cli([...qat, '--name', 'killed', '--json'], {
      workspace,
      onStderr: (text) => {
        if (killed || !/epoch 1: /.test(text)) return
        killed = true
        void kill()
      },
    })
    expect([killed, result.code]).toEqual([true, 1])
    const [{ id }] = atLeast(1, await json<readonly Run[]>('runs'))
    const resumed = await cli(['resume', id, '--json'], { workspace })
    expect(resumed.json).toMatchObject({ status: 'done' })
    expect(resumed.stderr).not.toMatch(/calibrating/)
    const [straight, again] = [await trainingStateOf('straight'), await trainingStateOf('killed')].map((bytes) =>
      readSafetensors(bytes, 'training.safetensors'),
    )
    expect(again).toEqual(straight)
  }, 120_000)

  it('restores the start and says so when the learning rate destroys the network', async () => {
    const version = await json<Trained>(
      ...qat,
      '--name',
      'wild',
      '--learning-rate',
      '10',
      '--epochs',
      '12',
      '--schedule',
      'constant',
    )
    expect(version.warnings).toContainEqual(
      expect.stringMatching(
        /training diverged in epoch \d+, step \d+: .*reduce the learning rate.*The best checkpoint was restored: the starting point/,
      ),
    )
    expect(version.bestEpoch).toBe(-1)
  }, 120_000)

  const wrong = [
    { flags: ['--distill', 'nobody'], message: 'nobody' },
    { flags: ['--optimizer', 'sdg'], message: "unknown optimizer 'sdg'" },
    { flags: ['--epochs', '0'], message: 'epochs' },
  ]
  it.each(wrong)('refuses $flags', async ({ flags, message }) => {
    const { code, json: document } = await cli([...qat, ...flags, '--json'], { workspace })
    expect(code).toBeGreaterThan(0)
    expect(document).toMatchObject({ error: { message: expect.stringContaining(message) } })
  })
})
