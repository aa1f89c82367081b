import { closeSync, openSync, readSync } from 'node:fs'
import * as runtime from 'onnxruntime-node'
import { createRandom } from '../../src/core/data/random'
import { indexOfLargest } from '../../src/core/measure/classification'
import { runtimeText } from '../../src/node/inference/engineName'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import type { InferenceWorker } from '../../src/node/inference/inferenceWorker'
import { runInParts } from '../../src/node/inference/pool/parts'
import { onlySession, openSessions } from '../../src/node/inference/pool/sessions'
import type { SessionTeam } from '../../src/node/inference/pool/sessions'
import type { ImageBatch, RunResult } from '../../src/node/inference/messages'
import { runtimeName } from '../../src/node/inference/runtimeVersion'
import type { TunedModel } from '../../src/node/inference/tuned'
import type { Contestant } from './child'
import type { OwnWays } from './prepare'

export interface Place {
  readonly testFile: string
  readonly imageShape: readonly number[]
  readonly count: number
  readonly threads: number
}

const batchSize = 32

/** Made once for each batch, as every peer does; in shared memory, as `nnopt benchmark` has it, so that no turn begins with a copy. */
function noiseOf(imageShape: readonly number[]): (batch: number) => Float32Array {
  const made = new Map<number, Float32Array>()
  return (batch) => {
    const known = made.get(batch)
    if (known) return known
    const random = createRandom(0)
    const images = new Float32Array(
      new SharedArrayBuffer(imageShape.reduce((product, dim) => product * dim, batch * Float32Array.BYTES_PER_ELEMENT)),
    )
    for (let index = 0; index < images.length; index++) images[index] = random.normal()
    made.set(batch, images)
    return images
  }
}

/** One way of running a version for batches, another for one image. */
interface Ways<T> {
  readonly throughput: T
  readonly latency: T
}

/** Opens both ways when they are first asked for, so that neither is in the other's way. */
function onDemand<T>(ways: Ways<() => Promise<T>>): (batch: number) => Promise<T> {
  const opened = new Map<keyof Ways<T>, Promise<T>>()
  return (batch) => {
    const goal = batch === 1 ? 'latency' : 'throughput'
    const known = opened.get(goal) ?? ways[goal]()
    opened.set(goal, known)
    return known
  }
}

/** Milliseconds from the images of a batch to all their scores. */
async function timesOf(run: () => Promise<unknown>, runs: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let done = 0; done < runs; done++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return times
}

/** This program in the configuration that tuning found fastest here: its engine, sessions, threads and parts. */
export function startTuned(
  name: string,
  { throughput, latency }: OwnWays,
  { testFile, imageShape, count }: Place,
): Contestant {
  const opened: SessionTeam[] = []
  const open =
    ({ path, concurrency, options }: TunedModel) =>
    async (): Promise<SessionTeam> => {
      const team = await openSessions({ model: 0, source: path, concurrency, options })
      opened.push(team)
      return team
    }
  const teamFor = onDemand({ throughput: open(throughput), latency: open(latency) })
  const noise = noiseOf(imageShape)
  const run = async (batch: ImageBatch): Promise<RunResult> => {
    const team = await teamFor(batch.shape[0]!)
    return runInParts(team, batch, team.concurrency.part ?? batch.shape[0]!)
  }
  return {
    name,
    version: [throughput, latency].map(textOf).join('; one image: '),
    async predict() {
      const { outputs } = (await teamFor(batchSize)).info
      const predictions: number[] = []
      for (let at = 0; at < count; at += batchSize) {
        const images = readImages(testFile, at, Math.min(batchSize, count - at), imageShape)
        const answer = await run({ images, shape: [images.length / sizeOf(imageShape), ...imageShape] })
        const { data, shape } = answer.outputs[outputs[0]!.name]!
        for (let row = 0; row < shape[0]!; row++)
          predictions.push(indexOfLargest(data.subarray(row * shape[1]!, (row + 1) * shape[1]!)))
      }
      return predictions
    },
    async time(batch, runs, settling) {
      const [team, images] = [await teamFor(batch), { images: noise(batch), shape: [batch, ...imageShape] }]
      const isCut = (team.concurrency.part ?? batch) < batch
      return [
        ...(isCut
          ? await timesOf(() => run(images), settling + runs)
          : await timesInThread(team, images, settling + runs)),
      ].slice(settling)
    },
    async stop() {
      for (const team of opened) await team.close()
    },
  }
}

/** Of whole batches, in the thread that runs them: as `nnopt benchmark` measures, and as the peers are measured in theirs. */
const timesInThread = ({ use }: SessionTeam, batch: ImageBatch, runs: number): Promise<Float64Array> =>
  use(({ thread }) => thread.call('time', { session: onlySession, runs, ...batch }))

const textOf = ({ options: { engine }, form, concurrency: { sessions, threads, part } }: TunedModel): string =>
  `${runtimeText(engine, form)}, ${sessions} × ${threads} threads, parts of ${part}`

/** This program in one session of onnxruntime on all threads, as `nnopt benchmark` runs a version. */
export function startOrdinary(name: string, { ordinary }: OwnWays, { imageShape, threads }: Place): Contestant {
  const opened: InferenceWorker[] = []
  const open = (path: string) => async (): Promise<InferenceWorker> => {
    const worker = await createInferenceWorker(path, { threads })
    opened.push(worker)
    return worker
  }
  const workerFor = onDemand({ throughput: open(ordinary.throughput), latency: open(ordinary.latency) })
  const noise = noiseOf(imageShape)
  return {
    name,
    version: runtimeName(),
    predict: () => Promise.resolve([]),
    time: async (batch, runs, settling) => [
      ...(
        await (await workerFor(batch)).time({ images: noise(batch), shape: [batch, ...imageShape] }, settling + runs)
      ).slice(settling),
    ],
    async stop() {
      for (const worker of opened) await worker.close()
    },
  }
}

/** onnxruntime-node with nothing around it, on the same files: what the program's own code costs is the difference. */
export function startBare(name: string, { ordinary }: OwnWays, { imageShape, threads }: Place): Contestant {
  const opened: runtime.InferenceSession[] = []
  const open = (path: string) => async (): Promise<runtime.InferenceSession> => {
    const session = await runtime.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    })
    opened.push(session)
    return session
  }
  const sessionFor = onDemand({ throughput: open(ordinary.throughput), latency: open(ordinary.latency) })
  const noise = noiseOf(imageShape)
  return {
    name,
    version: runtimeName(),
    predict: () => Promise.resolve([]),
    async time(batch, runs, settling) {
      const session = await sessionFor(batch)
      const feeds = { [session.inputNames[0]!]: new runtime.Tensor('float32', noise(batch), [batch, ...imageShape]) }
      return (await timesOf(() => session.run(feeds), settling + runs)).slice(settling)
    },
    async stop() {
      for (const session of opened) await session.release()
    },
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

function readImages(file: string, at: number, count: number, imageShape: readonly number[]): Float32Array {
  const images = new Float32Array(count * sizeOf(imageShape))
  const descriptor = openSync(file, 'r')
  readSync(
    descriptor,
    new Uint8Array(images.buffer),
    0,
    images.byteLength,
    at * sizeOf(imageShape) * Float32Array.BYTES_PER_ELEMENT,
  )
  closeSync(descriptor)
  return images
}
