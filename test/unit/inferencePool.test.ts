import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { guessPreprocessing } from '../../src/core/data/preprocessing'
import type { NNOptError } from '../../src/shared/errors'
import { addDataset } from '../../src/node/datasets'
import type { DatasetRecord } from '../../src/node/datasets'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { createInferencePool } from '../../src/node/inference/pool/pool'
import type { InferencePool } from '../../src/node/inference/pool/pool'
import type { PoolOptions } from '../../src/node/inference/pool/runner'
import { answersToSamples } from '../../src/node/inference/pool/samples'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'
import { atLeast } from '../../src/shared/atLeast'

/** `npm run test:pool` asks for 10,000. */
const images = Number(process.env.NNOPT_POOL_IMAGES ?? 800)
/** Side of the images and width of the network: larger ones work longer, so that a process is killed in the midst of it. */
const size = Number(process.env.NNOPT_POOL_SIZE ?? 32)
const kills = 5
const batchSize = 8

const folder = temporaryFolder('pool')
const model = writeTinyModel(join(folder, 'model.onnx'), { size, channels: 16 })
const shape = [1, 3, size, size]
const noise = (seed: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length: 3 * size * size }, () => random.normal())
}

const pools: InferencePool[] = []
const pool = (options?: PoolOptions): InferencePool => {
  const made = createInferencePool(options)
  pools.push(made)
  return made
}
afterAll(() => Promise.all(pools.map((each) => each.close())))

let record: DatasetRecord
beforeAll(async () => {
  const source = await writeImageFolder(join(folder, 'source'), { perClass: { train: 4, test: 16 }, size })
  record = await addDataset({ name: 'colours', path: source, seed: 0, folder: join(folder, 'dataset') })
})

/** Resident set of a process, in bytes. */
const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

describe('the inference pool', () => {
  it('gives what a session of its own gives, in several sessions at once', async () => {
    const alone = await createInferenceWorker(model, { threads: 1 })
    const opened = await pool().open(model, { sessions: 2, threads: 1 })
    const seeds = Array.from({ length: 12 }, (_, seed) => seed)
    const pooled = await Promise.all(seeds.map((seed) => opened.run({ images: noise(seed), shape })))
    for (const seed of seeds) expect(pooled[seed]!.outputs).toEqual((await alone.run(noise(seed), shape)).outputs)
    expect(opened.inputs).toEqual(alone.inputs)
    await alone.close()
  })

  it('cuts a batch into parts for its sessions, and joins their answers in order', async () => {
    const count = 7
    const batch = {
      images: Float32Array.from(Array.from({ length: count }, (_, seed) => [...noise(seed)]).flat()),
      shape: [count, ...shape.slice(1)],
    }
    const whole = await pool().open(model, { sessions: 1, threads: 1 })
    const cut = await pool().open(model, { sessions: 2, threads: 1, part: 2 })
    const [expected, joined] = [(await whole.run(batch)).outputs, (await cut.run(batch)).outputs]
    const [name] = atLeast(1, Object.keys(expected))
    expect(joined[name]!.shape).toEqual([count, ...expected[name]!.shape.slice(1)])
    expect(new Set(expected[name]!.data).size).toBeGreaterThan(count)
    expect(joined).toEqual(expected)
  })

  it(`answers ${images} images once each although its process is killed ${kills} times, and its memory stays`, async () => {
    const distinct = record.counts.test
    const samples = Int32Array.from({ length: images }, (_, index) => index % distinct)
    const preprocessing = guessPreprocessing(size, size).preprocessing
    const plan = {
      dataset: record.name,
      split: 'test' as const,
      batchSize,
      mode: { kind: 'eval' as const, preprocessing },
      imageShape: [3, size, size],
      warmups: 1,
    }
    const random = createRandom(11)
    const killed = pool()
    const opened = await killed.open(model, { sessions: 2, threads: 1 })
    const data = await killed.data(record)
    const first = answersToSamples(opened, { ...plan, data, samples: samples.slice(0, distinct) })
    const expected: number[][] = []
    for await (const { output } of first)
      expected.push(...rowsOf(output?.data ?? new Float32Array(0), record.classes.length))

    const half = images / 2
    const killAt = Array.from({ length: kills }, () => Math.floor(random.uniform() * half)).sort((a, b) => a - b)
    let [done, kill] = [0, 0]
    const resident: number[] = []
    for await (const { output, indices } of answersToSamples(opened, { ...plan, data, samples })) {
      const rows = rowsOf(output?.data ?? new Float32Array(0), record.classes.length)
      for (const [row, index] of indices.entries()) {
        expect(index).toBe(samples[done++])
        expect(rows[row]).toEqual(expected[index])
      }
      // Between its end and the next request there is no process: it is then killed after a later answer.
      for (; kill < kills && done > killAt[kill]! && killed.pid !== undefined; kill++) {
        process.kill(killed.pid, 'SIGKILL')
        await untilGone(killed, kill + 1)
      }
      if (done > half && process.platform === 'linux' && killed.pid !== undefined)
        resident.push(residentBytes(killed.pid))
    }
    expect(done).toBe(images)
    expect(killed.crashes).toBe(kills)
    if (process.env.NNOPT_POOL_IMAGES !== undefined && process.platform !== 'linux')
      console.log('resident memory was not measured: it is read from /proc, which Linux has')
    else if (process.env.NNOPT_POOL_IMAGES !== undefined) {
      // Quarters of the last half: a process that keeps what it should free grows from one to the next.
      const quarter = Math.floor(resident.length / 4)
      const means = [0, 1, 2, 3].map((part) => mean(resident.slice(part * quarter, (part + 1) * quarter)))
      console.log(`resident MiB over the last half: ${means.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(', ')}`)
      for (const each of means) expect(Math.abs(each / mean(means) - 1)).toBeLessThan(0.05)
    }
  }, 600_000)

  it('gives up a request that ends the process each time, and answers the others', async () => {
    // A process that answers whatever it is asked, except for runs with a negative first number.
    const file = join(folder, 'poisoned.mjs')
    writeFileSync(
      file,
      `process.on('disconnect', () => process.exit(0))
process.on('message', ({ id, call, params }) => {
  if (call === 'run' && params.images[0] < 0) process.exit(9)
  const result = call === 'open' ? { inputs: [], outputs: [] } : call === 'run' ? { outputs: {}, runMs: params.images[0] } : null
  setTimeout(() => process.send({ id, result }, undefined, undefined, () => call === 'end' && process.exit(0)), 20)
})`,
    )
    const crashes: string[] = []
    const poisoned = pool({ file, attempts: 2, capacity: 3, onCrash: (how) => crashes.push(how) })
    const opened = await poisoned.open(model, { sessions: 1, threads: 1 })
    const answers = await Promise.allSettled(
      [1, 2, -1, 4, 5].map((value) => opened.run({ images: Float32Array.of(value), shape: [1] })),
    )
    expect(
      answers.map((answer) =>
        answer.status === 'fulfilled' ? answer.value.runMs : (answer.reason as NNOptError).message,
      ),
    ).toEqual([
      1,
      2,
      'the inference process exited with code 9 on this request 2 times in a row, with no other request running: the request was dropped, and the others continue',
      4,
      5,
    ])
    expect(crashes).toHaveLength(3)
    expect(poisoned.crashes).toBe(3)
  })

  it('stops a process that ends whenever a model is opened anew', async () => {
    const file = join(folder, 'forgetful.mjs')
    writeFileSync(
      file,
      `import { existsSync, writeFileSync } from 'node:fs'
const marker = ${JSON.stringify(join(folder, 'opened'))}
process.on('disconnect', () => process.exit(0))
process.on('message', ({ id, call }) => {
  if (call !== 'open' || existsSync(marker)) process.exit(7)
  writeFileSync(marker, '')
  process.send({ id, result: { inputs: [], outputs: [] } })
})`,
    )
    const forgetful = pool({ file, attempts: 1 })
    const opened = await forgetful.open(model, { sessions: 1, threads: 1 })
    await expect(opened.run({ images: noise(0), shape })).rejects.toThrow(/exited with code 7/)
  })

  it('cancels what waits, says what onnxruntime refuses, and ends in order', async () => {
    const closing = createInferencePool({ capacity: 1 })
    await expect(closing.open(join(folder, 'absent.onnx'), { sessions: 1, threads: 1 })).rejects.toMatchObject({
      code: 'badInput',
    })
    const opened = await closing.open(model, { sessions: 1, threads: 1 })
    await expect(opened.run({ images: noise(0), shape: [1, 3, size / 2, size * 2] })).rejects.toThrow(/./)
    const stop = new AbortController()
    const [running, waiting] = [
      opened.time({ images: noise(0), shape }, 20),
      opened.run({ images: noise(1), shape }, stop.signal),
    ]
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(await running).toHaveLength(20)
    const pid = closing.pid ?? 0
    await closing.close()
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
    await expect(opened.run({ images: noise(0), shape })).rejects.toMatchObject({ code: 'cancelled' })
  })
})

const rowsOf = (data: Float32Array, classes: number): number[][] =>
  Array.from({ length: data.length / classes }, (_, row) => [...data.subarray(row * classes, (row + 1) * classes)])

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Waits until the pool has noticed, so that each kill hits a living process. */
async function untilGone(killed: InferencePool, expected: number): Promise<void> {
  for (let wait = 0; wait < 500 && (killed.crashes < expected || killed.pid === undefined); wait++)
    await new Promise((resolve) => setTimeout(resolve, 10))
}
