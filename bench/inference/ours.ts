import { closeSync, openSync, readSync } from 'node:fs'
import * as runtime from 'onnxruntime-node'
import { createRandom } from '../../src/core/data/random'
import { indexOfLargest } from '../../src/core/measure/classification'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { runtimeName } from '../../src/node/inference/runtimeVersion'
import { OPENVINO_VERSION } from '../../src/node/inference/openvino/layout'
import type { Engine } from '../../src/shared/types'
import type { Contestant } from './child'

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
    const images = new Float32Array(new SharedArrayBuffer(imageShape.reduce((product, dim) => product * dim, batch * Float32Array.BYTES_PER_ELEMENT)))
    for (let index = 0; index < images.length; index++) images[index] = random.normal()
    made.set(batch, images)
    return images
  }
}

/** This program, as `nnopt benchmark` runs a version. */
export async function startOurs(name: string, model: string, engine: Engine, { testFile, imageShape, count, threads }: Place): Promise<Contestant> {
  const worker = await createInferenceWorker(model, { threads, engine })
  const noise = noiseOf(imageShape)
  return {
    name,
    version: engine === 'openvino' ? `OpenVINO ${OPENVINO_VERSION}` : runtimeName(),
    async predict() {
      const predictions: number[] = []
      for (let at = 0; at < count; at += batchSize) {
        const images = readImages(testFile, at, Math.min(batchSize, count - at), imageShape)
        const { outputs } = await worker.run(images.slice(), [images.length / sizeOf(imageShape), ...imageShape])
        const { data, shape } = outputs[worker.outputs[0].name]
        for (let row = 0; row < shape[0]; row++) predictions.push(indexOfLargest(data.subarray(row * shape[1], (row + 1) * shape[1])))
      }
      return predictions
    },
    time: async (batch, runs, settling) => [...(await worker.time({ images: noise(batch), shape: [batch, ...imageShape] }, settling + runs)).slice(settling)],
    stop: () => worker.close(),
  }
}

/** onnxruntime-node with nothing around it: what the program's own code costs is the difference. */
export async function startBare(name: string, model: string, { imageShape, threads }: Place): Promise<Contestant> {
  const session = await runtime.InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1 })
  const noise = noiseOf(imageShape)
  return {
    name,
    version: runtimeName(),
    predict: () => Promise.resolve([]),
    async time(batch, runs, settling) {
      const input = new runtime.Tensor('float32', noise(batch), [batch, ...imageShape])
      const times: number[] = []
      for (let run = 0; run < settling + runs; run++) {
        const start = performance.now()
        await session.run({ [session.inputNames[0]]: input })
        times.push(performance.now() - start)
      }
      return times.slice(settling)
    },
    stop: () => session.release(),
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

function readImages(file: string, at: number, count: number, imageShape: readonly number[]): Float32Array {
  const images = new Float32Array(count * sizeOf(imageShape))
  const descriptor = openSync(file, 'r')
  readSync(descriptor, new Uint8Array(images.buffer), 0, images.byteLength, at * sizeOf(imageShape) * Float32Array.BYTES_PER_ELEMENT)
  closeSync(descriptor)
  return images
}
