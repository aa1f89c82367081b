import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { availableParallelism } from 'node:os'
import { chosen, latencyCandidates, throughputCandidates } from '../../src/node/inference/tune/candidates'
import { cpuFingerprint } from '../../src/node/inference/fingerprint'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { readOpenvinoManifest } from '../../src/node/inference/openvino/layout'
import type { Evaluation, Tuning } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { noise } from '../helpers/quantized'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('tune')
const workspace = join(folder, 'ws')
/** Odd widths, so that there is something to fill. */
const model = writeTinyModel(join(folder, 'model.onnx'), { channels: 5 })

describe('what is tried', () => {
  it('uses every core in each layout, and fills vectors for onnxruntime alone', () => {
    const tried = throughputCandidates({ engines: ['onnxruntime', 'openvino'], forms: ['original', 'padded'], batches: [1, 8], cores: 4 })
    expect(tried.every(({ sessions, threads }) => sessions * threads === 4)).toBe(true)
    expect(tried).toHaveLength(3 * 3 * 2)
    expect(tried.some(({ engine, form }) => engine === 'openvino' && form === 'padded')).toBe(false)
    expect(latencyCandidates({ engines: ['onnxruntime'], forms: ['original'], batches: [8], cores: 6 }).map(({ sessions, threads, batch }) => [sessions, threads, batch])).toEqual([[1, 1, 1], [1, 2, 1], [1, 3, 1], [1, 6, 1]])
  })

  it('takes the plainer of two that are equally fast, and the faster of two that are not', () => {
    const speed = (value: number): number => value
    expect(chosen([99, 100], speed, 0.02)).toBe(99)
    expect(chosen([97, 100], speed, 0.02)).toBe(100)
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
    expect(json).toMatchObject({ error: { code: 'notFound', message: "version 'odd' is not tuned for this CPU and its libraries: run 'nnopt tune odd' first" } })
  })

  it('is remembered with the CPU, shown, and used on request without changing an answer', async () => {
    const tuning = (await document('tune', 'odd', '--batch', '2,4', '--engines', 'onnxruntime')) as Tuning
    expect(tuning.fingerprint).toBe(cpuFingerprint())
    expect(tuning.throughput.sessions * tuning.throughput.threads).toBe(availableParallelism())
    expect(tuning.latency).toMatchObject({ sessions: 1, batch: 1 })
    expect(new Set(tuning.measured.map(({ form }) => form))).toEqual(new Set(['original', 'padded']))
    expect(tuning.measured.every(({ samplesPerSecond, latencyMs }) => samplesPerSecond > 0 && latencyMs > 0)).toBe(true)
    expect(await document('show', 'odd')).toMatchObject({ tuning: { throughput: tuning.throughput, latency: tuning.latency } })
    expect((await cli(['show', 'odd'], { workspace })).stdout).toContain('fastest on this machine')
    const padded = join(workspace, '.tunings', tuning.fingerprint, tuning.version, 'padded.onnx')
    expect(existsSync(padded)).toBe([tuning.throughput, tuning.latency].some(({ form }) => form === 'padded'))

    const [plain, tuned] = [(await document('evaluate', 'odd', '--dataset', 'colours')) as Evaluation, (await document('evaluate', 'odd', '--dataset', 'colours', '--tuned')) as Evaluation]
    expect(tuned.accuracy).toBe(plain.accuracy)
    expect(tuned.batchSize).toBe(tuning.throughput.batch)
    const picture = join(folder, 'source', 'test', 'red', '0.png')
    const top = async (...flags: string[]): Promise<unknown> => ((await document('predict', 'odd', picture, ...flags)) as { results: { top: { name: string }[] }[] }).results[0].top[0].name
    expect(await top('--tuned')).toBe(await top())
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
    const [first, second] = [await createInferenceWorker(model, { threads: 1 }), await createInferenceWorker(model, { threads: 1, engine: 'openvino' })]
    for (const batch of [1, 3, 1]) {
      const images = noise(batch, 16)
      const shape = [batch, 3, 16, 16]
      const [expected, got] = [await first.run(images.slice(), shape), await second.run(images.slice(), shape)]
      for (const [name, { data, shape: dims }] of Object.entries(expected.outputs)) {
        expect(got.outputs[name].shape).toEqual(dims)
        data.forEach((value, index) => expect(got.outputs[name].data[index]).toBeCloseTo(value, 4))
      }
    }
    await expect(second.run(noise(1, 16), [1, 5, 16, 16])).rejects.toThrow(/./)
    await Promise.all([first.close(), second.close()])
  })
})
