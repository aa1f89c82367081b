import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../../src/core/execute/executor'
import { createExecutor } from '../../src/core/execute/executor'
import type { Graph } from '../../src/core/graph/graph'
import { writeOnnx } from '../../src/core/onnx/index'
import { convert } from '../../src/core/deploy/convert'
import { backends } from '../../src/node/backends/index'
import type { RunningBackend } from '../../src/node/backends/index'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { noise, quantizedNetwork } from '../helpers/quantized'

const [images, size] = [16, 32]
const networks = [
  { id: 'tiny-cnn', params: { classes: 5, size, channels: 8 } },
  { id: 'mobilenet-v2', params: { classes: 10, size, width: 0.25, totalStride: 16 } },
  { id: 'mobilenet-v3-small', params: { classes: 10, size } },
]

/** NCHW numbers as the NHWC tensor that the executor takes. */
const imageTensor = (values: Float32Array): tf.Tensor4D =>
  tf.tidy(() => tf.transpose(tf.tensor4d(values, [images, 3, size, size]), [0, 2, 3, 1]))

const parametersOf = (executor: Executor): Map<string, tf.Tensor> =>
  new Map(executor.parameters.map(({ name, shape }) => [name, tf.tensor(executor.pack(name), [...shape])]))

async function simulate(graph: Graph, values: Float32Array): Promise<Float32Array> {
  const executor = createExecutor(graph)
  const [x, parameters] = [imageTensor(values), parametersOf(executor)]
  const logits = executor.forward(x, parameters)
  const scores = (await logits.data<'float32'>()).slice()
  tf.dispose([x, logits, ...parameters.values()])
  executor.dispose()
  return scores
}

async function deploy(graph: Graph, values: Float32Array): Promise<Float32Array> {
  const worker = await createInferenceWorker(writeOnnx(convert(graph).graph), { threads: 1 })
  try {
    const { outputs } = await worker.run(values.slice(), [images, 3, size, size])
    return Object.values(outputs)[0]!.data
  } finally {
    await worker.close()
  }
}

const argMaxes = (scores: Float32Array): readonly number[] => {
  const classes = scores.length / images
  return Array.from({ length: images }, (_, row) => scores.subarray(row * classes, (row + 1) * classes)).map((row) =>
    row.indexOf(Math.max(...row)),
  )
}

const available = new Map(
  await Promise.all(
    backends.list().map(async (backend) => [backend.id, (await backend.available()).available] as const),
  ),
)

describe.each(backends.ids)('a graph with quantization parameters on %s', (id) => {
  if (!available.get(id)) return void it.skip(`${id} is not installed`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get(id).create()
  })
  afterAll(() => running.dispose())

  // A graphics device in software takes a minute for the others.
  it.each(id === 'webgpu' ? networks.slice(0, 1) : networks)(
    'gives the scores of the exported $id in onnxruntime',
    async ({ id: architecture, params }) => {
      const graph = await quantizedNetwork(architecture, params)
      const values = noise(images, size, 9)
      const [simulated, deployed] = [await simulate(graph, values), await deploy(graph, values)]
      const spread = Math.max(...deployed) - Math.min(...deployed)
      const difference = Math.max(...deployed.map((score, index) => Math.abs(score - simulated[index]!)))
      expect(difference / spread).toBeLessThan(0.05)
      const agreement = argMaxes(deployed).filter((best, index) => best === argMaxes(simulated)[index]).length
      expect(agreement).toBeGreaterThanOrEqual(images - 1)
      // The parameters matter: without them the scores are others.
      const float = await simulate({ ...graph, qparams: new Map() }, values)
      expect(Math.max(...float.map((score, index) => Math.abs(score - simulated[index]!)))).toBeGreaterThan(difference)
    },
  )
})
