import '@tensorflow/tfjs-backend-wasm'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { createExecutor } from '../../src/core/execute/executor'
import type { Graph } from '../../src/core/graph/graph'

/** Images in ONNX's order. */
export interface Images {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export async function useWasm(): Promise<void> {
  setWasmPaths('node_modules/@tensorflow/tfjs-backend-wasm/dist/')
  await tf.setBackend('wasm')
}

/** Logits that onnxruntime computes, one thread. */
export async function runtimeLogits(model: Uint8Array, { shape, data }: Images): Promise<readonly number[]> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  try {
    const results = await session.run({ [session.inputNames[0]!]: new Tensor('float32', data, shape) })
    return [...(results[session.outputNames[0]!]!.data as Float32Array)]
  } finally {
    await session.release()
  }
}

const channelsLast = ({ shape, data }: Images): tf.Tensor4D =>
  tf.transpose<tf.Tensor4D>(tf.tensor<tf.Rank.R4>(data, [shape[0]!, shape[1]!, shape[2]!, shape[3]!]), [0, 2, 3, 1])

/** Logits that the executor computes on the wasm backend. */
export function executorLogits(graph: Graph, { shape, data }: Images): readonly number[] {
  const executor = createExecutor(graph)
  try {
    return tf.tidy(() => {
      const parameters = new Map(
        executor.parameters.map((parameter) => [
          parameter.name,
          tf.tensor(executor.pack(parameter.name), [...parameter.shape]),
        ]),
      )
      const images = channelsLast({ shape, data })
      return [...executor.forward(images, parameters).dataSync()]
    })
  } finally {
    executor.dispose()
  }
}

/** Largest difference, as a share of the largest expected value. */
export function relativeError(got: readonly number[], expected: readonly number[]): number {
  if (got.length !== expected.length) return Infinity
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, index) => Math.abs(value - got[index]!))) / scale
}

/** Training steps with dL/dlogits = 1/N: which parameters get no gradient or one that is not finite, and how many tensors stay behind. */
export function trainOnce(
  graph: Graph,
  { shape, data }: Images,
  classes: number,
): { readonly missing: readonly string[]; readonly notFinite: readonly string[]; readonly leaked: number } {
  const executor = createExecutor(graph)
  const step = (): Map<string, Float32Array> => {
    const gradients = new Map<string, Float32Array>()
    tf.tidy(() => {
      const parameters = new Map(
        executor.parameters.map((parameter) => [
          parameter.name,
          tf.tensor(executor.pack(parameter.name), [...parameter.shape]),
        ]),
      )
      const images = channelsLast({ shape, data })
      const result = executor.step(images, parameters, (logits) => ({
        loss: tf.mean(logits),
        dLogits: tf.fill([shape[0]!, classes], 1 / shape[0]!) as tf.Tensor2D,
      }))
      for (const [name, gradient] of result.gradients) gradients.set(name, Float32Array.from(gradient.dataSync()))
    })
    return gradients
  }
  try {
    const gradients = step()
    const before = tf.memory().numTensors
    step()
    return {
      missing: executor.parameters
        .filter(({ name, trainable }) => trainable && !gradients.has(name))
        .map(({ name }) => name),
      notFinite: [...gradients].filter(([, values]) => !values.every(Number.isFinite)).map(([name]) => name),
      leaked: tf.memory().numTensors - before,
    }
  } finally {
    executor.dispose()
  }
}
