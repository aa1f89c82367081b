import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { availableParallelism } from 'node:os'
import { chosen, latencyCandidates, throughputCandidates } from '../../src/node/inference/tune/candidates'
import { padChannels } from '../../src/core/deploy/padChannels'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { cpuFingerprint } from '../../src/node/inference/fingerprint'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { readOpenvinoManifest } from '../../src/node/inference/openvino/runtimePaths'
import { preferredForm } from '../../src/node/inference/tune/preferredForm'
import type { Engine, Evaluation, ModelForm, TunedConfiguration, Tuning } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { noise } from '../helpers/quantized'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('tune')
const workspace = join(folder, 'ws')
const goals = ['throughput', 'latency'] as const

interface Layout extends Pick<TunedConfiguration, 'engine' | 'form' | 'sessions' | 'threads' | 'batch'> {
  readonly tuned: boolean
  readonly runtime: string
}

/** Odd widths, so that there is something to fill. */
const model = writeTinyModel(join(folder, 'model.onnx'), { channels: 5 })

describe('what is tried', () => {
  it('uses every core in each layout, and fills vectors for onnxruntime alone', () => {
    const tried = throughputCandidates({
      engines: ['onnxruntime', 'openvino'],
      forms: ['original', 'padded'],
      batches: [1, 8],
      cores: 4,
    })
    expect(tried.every(({ sessions, threads }) => sessions * threads === 4)).toBe(true)
    expect(tried).toHaveLength(3 * 3 * 2)
    expect(tried.some(({ engine, form }) => engine === 'openvino' && form === 'padded')).toBe(false)
    expect(
      latencyCandidates({ engines: ['onnxruntime'], forms: ['original'], batches: [8], cores: 6 }).map(
        ({ sessions, threads, batch }) => [sessions, threads, batch],
      ),
    ).toEqual([
      [1, 1, 1],
      [1, 2, 1],
      [1, 3, 1],
      [1, 6, 1],
    ])
  })

  it('takes the plainer of two that are equally fast, and the faster of two that are not', () => {
    const speed = (value: number): number => value
    expect(chosen([99, 100], speed, 0.02)).toBe(99)
    expect(chosen([97, 100], speed, 0.02)).toBe(100)
  })
})

describe('the file that ordinary sessions run', () => {
  const layout = (
    form: ModelForm,
    batch: number,
    samplesPerSecond: number,
    engine: Engine = 'onnxruntime',
  ): TunedConfiguration => ({
    engine,
    form,
    sessions: 1,
    threads: 1,
    batch,
    samplesPerSecond,
    latencyMs: (batch * 1000) / samplesPerSecond,
  })

  it('has zero channels only where onnxruntime was clearly faster with them, for each goal by itself', () => {
    const measured = [
      layout('original', 1, 100),
      layout('padded', 1, 90),
      layout('original', 32, 100),
      layout('padded', 32, 150),
      layout('original', 32, 400, 'openvino'),
    ]
    expect(goals.map((goal) => preferredForm({ measured }, goal))).toEqual(['padded', 'original'])
    expect(preferredForm({ measured: [layout('original', 8, 100), layout('padded', 8, 102)] }, 'throughput')).toBe(
      'original',
    )
    expect(preferredForm({ measured: [layout('original', 8, 100)] }, 'latency')).toBe('original')
  })
})

describe('tuning a version', () => {
  const document = async (...args: string[]): Promise<unknown> => {
    const { code, json, stdout } = await cli([...args, '--json'], { workspace })
    expect(code, stdout).toBe(0)
    return json
  }
  beforeAll(async () => {
    await document('import', model, '--name', 'odd')
    await document('dataset', 'add', 'colours', await writeImageFolder(join(folder, 'source')))
  })

  it('is asked for before it is used', async () => {
    const { code, json } = await cli(['evaluate', 'odd', '--dataset', 'colours', '--tuned', '--json'], { workspace })
    expect(code).toBe(1)
    expect(json).toMatchObject({
      error: {
        code: 'notFound',
        message: "version 'odd' is not tuned for this CPU and these libraries: run 'nnopt tune odd' first",
      },
    })
  })

  it('is remembered with the CPU, shown, and used on request without changing an answer', async () => {
    const tuning = (await document('tune', 'odd', '--batch', '2,4', '--engines', 'onnxruntime')) as Tuning
    expect(tuning.fingerprint).toBe(cpuFingerprint())
    expect(tuning.throughput.sessions * tuning.throughput.threads).toBe(availableParallelism())
    expect(tuning.latency).toMatchObject({ sessions: 1, batch: 1 })
    expect(new Set(tuning.measured.map(({ form }) => form))).toEqual(new Set(['original', 'padded']))
    expect(tuning.padding).toMatchObject({ agrees: true, dataset: 'colours', images: 7, top1Agreement: 1 })
    expect(tuning.measured.every(({ samplesPerSecond, latencyMs }) => samplesPerSecond > 0 && latencyMs > 0)).toBe(true)
    expect(await document('show', 'odd')).toMatchObject({
      tuning: { throughput: tuning.throughput, latency: tuning.latency },
    })
    expect((await cli(['show', 'odd'], { workspace })).stdout).toContain('fastest configurations on this machine')
    const padded = join(workspace, '.tunings', tuning.fingerprint, tuning.version, 'padded.onnx')
    expect(existsSync(padded)).toBe(
      goals.some((goal) => tuning[goal].form === 'padded' || preferredForm(tuning, goal) === 'padded'),
    )

    const [plain, tuned] = [
      (await document('evaluate', 'odd', '--dataset', 'colours')) as Evaluation,
      (await document('evaluate', 'odd', '--dataset', 'colours', '--tuned')) as Evaluation,
    ]
    expect(tuned.accuracy).toBe(plain.accuracy)
    expect(tuned.batchSize).toBe(tuning.throughput.batch)
    const picture = join(folder, 'source', 'test', 'red', '0.png')
    const top = async (...flags: string[]): Promise<unknown> =>
      ((await document('predict', 'odd', picture, ...flags)) as { results: { top: { name: string }[] }[] }).results[0]!
        .top[0]!.name
    expect(await top('--tuned')).toBe(await top())
  })

  it('decides how versions run in a benchmark, and is said there', async () => {
    const layoutsOf = async (...flags: string[]): Promise<readonly Layout[]> =>
      ((await document('benchmark', 'odd', '--rounds', '2', ...flags)) as { readonly results: readonly Layout[] })
        .results
    const { id } = (await document('show', 'odd')) as { readonly id: string }
    const record = join(workspace, '.tunings', cpuFingerprint(), id, 'tuning.json')
    const tuning = JSON.parse(readFileSync(record, 'utf8')) as Tuning
    expect(await layoutsOf('--tuned')).toMatchObject(
      goals.map((goal) => {
        const { engine, form, sessions, threads, batch } = tuning[goal]
        return {
          engine,
          form,
          sessions,
          threads,
          batch,
          tuned: true,
          runtime: expect.stringContaining('onnxruntime-node'),
        }
      }),
    )
    // Without the flag all run alike, except for the file that onnxruntime was measured to run faster.
    const padded = join(workspace, '.tunings', cpuFingerprint(), id, 'padded.onnx')
    writeFileSync(padded, writeOnnx(padChannels(readOnnx(readFileSync(model), { fileName: 'model.onnx' })).graph))
    const asMeasured = (factor: number): Tuning => ({
      ...tuning,
      measured: tuning.measured.map((layout) => ({
        ...layout,
        samplesPerSecond: layout.form === 'padded' ? factor : 1,
        latencyMs: 1,
      })),
    })
    writeFileSync(record, JSON.stringify(asMeasured(2)))
    expect(await layoutsOf('--batch', '2', '--threads', '1')).toMatchObject([
      { engine: 'onnxruntime', form: 'padded', sessions: 1, threads: 1, tuned: false },
    ])
    expect(await document('evaluate', 'odd', '--dataset', 'colours')).toMatchObject({
      device: { runtime: expect.stringMatching(/padded channels$/) },
    })
    // A padded file that nobody ran beside the original, as those of older programs, is not used.
    writeFileSync(record, JSON.stringify({ ...asMeasured(2), padding: null }))
    expect(await layoutsOf('--batch', '2', '--threads', '1')).toMatchObject([{ form: 'original' }])
    writeFileSync(record, JSON.stringify(asMeasured(0.5)))
    expect(await layoutsOf('--batch', '2', '--threads', '1')).toMatchObject([{ form: 'original' }])
    writeFileSync(record, JSON.stringify(tuning))
  })

  it('goes with the version when it is purged', async () => {
    const { id } = (await document('show', 'odd')) as { readonly id: string }
    const place = join(workspace, '.tunings', cpuFingerprint(), id)
    expect(existsSync(place)).toBe(true)
    await document('rm', 'odd')
    await document('purge')
    expect(existsSync(place)).toBe(false)
  })
})

describe.skipIf(!readOpenvinoManifest())('OpenVINO as an engine', () => {
  it('computes what onnxruntime computes, for every batch', async () => {
    const [first, second] = [
      await createInferenceWorker(model, { threads: 1 }),
      await createInferenceWorker(model, { threads: 1, engine: 'openvino' }),
    ]
    for (const batch of [1, 3, 1]) {
      const images = noise(batch, 16)
      const shape = [batch, 3, 16, 16]
      const [expected, got] = [await first.run(images.slice(), shape), await second.run(images.slice(), shape)]
      for (const [name, { data, shape: dims }] of Object.entries(expected.outputs)) {
        expect(got.outputs[name]!.shape).toEqual(dims)
        data.forEach((value, index) => expect(got.outputs[name]!.data[index]).toBeCloseTo(value, 4))
      }
    }
    await expect(second.run(noise(1, 16), [1, 5, 16, 16])).rejects.toThrow(/./)
    await Promise.all([first.close(), second.close()])
  })
})
