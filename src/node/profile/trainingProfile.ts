import { z } from 'zod'
import { createRandom } from '../../core/data/random'
import { classOutput, imageInput } from '../../core/graph/graph'
import type { Graph } from '../../core/graph/graph'
import { architectures } from '../../core/architectures/index'
import { trainConfig } from '../../core/train/config'
import { halfTypes } from '../../core/kernels/precision'
import { createTrainer } from '../../core/train/trainer'
import type { ImageBatch } from '../../core/train/imageBatch'
import { chooseBackend } from '../backends'
import { choosePrecision } from '../jobs/trainer/choosePrecision'
import { readModelFile } from '../jobs/work/versions/readModelFile'
import { timeKernels } from './kernelTimer'

export const profileParams = z.object({
  architecture: z
    .enum(architectures.ids as [string, ...string[]])
    .default('mobilenet-v2')
    .describe('Built-in architecture'),
  model: z
    .string()
    .min(1)
    .optional()
    .describe(
      "ONNX file to train instead of the architecture, such as model.onnx in a version's folder; a fixed input size overrides the resolution",
    ),
  backend: z.string().default('auto').describe('Training backend'),
  precision: z
    .enum(['fp32', ...halfTypes])
    .default('fp32')
    .describe('Precision of training steps'),
  resolution: z.number().int().min(8).max(1024).default(32).meta({ unit: 'pixels' }).describe('Image size'),
  batch: z.number().int().min(1).max(4096).default(32).describe('Images per step'),
  steps: z.number().int().min(1).max(1000).default(5).describe('Steps to measure, after two warm-up steps'),
})

export type ProfileParams = z.output<typeof profileParams>

const shareOfStep = z.number().min(0).max(1)

export const trainingProfile = z.object({
  backend: z.string(),
  precision: z.string(),
  device: z.string(),
  version: z.string(),
  threads: z.number(),
  resolution: z.number(),
  batch: z.number(),
  steps: z.number(),
  stepMs: z.number(),
  imagesPerSecond: z.number(),
  /** Per step. `outside` is what no kernel accounts for: the program's own code. */
  operations: z.array(z.object({ operation: z.string(), calls: z.number(), ms: z.number(), share: shareOfStep })),
  outside: z.object({ ms: z.number(), share: shareOfStep }),
})

export type TrainingProfile = z.output<typeof trainingProfile>

const warmupSteps = 2
const classes = 10

/** Trains on random images in this process and says where a step's time goes. The loss is read after every step. */
export async function profileTraining({
  backend,
  precision,
  batch,
  steps,
  ...network
}: ProfileParams): Promise<TrainingProfile> {
  const { graph, resolution } = networkOf(network)
  const { id, running } = await chooseBackend(backend)
  choosePrecision(precision, running)
  const timer = timeKernels(running.name, () => performance.now())
  const trainer = createTrainer(
    graph,
    trainConfig.parse({ batchSize: batch }),
    steps + warmupSteps,
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    { precision, readsAtOnce: running.readsSynchronously },
  )
  const images = randomBatch(batch, resolution, Number(classOutput(graph).shape.at(-1)))
  const step = async (): Promise<void> => {
    const { loss, correct, lossScale } = trainer.trainStep(images)
    for (const tensor of [loss, correct, lossScale]) {
      await tensor?.data()
      tensor?.dispose()
    }
  }
  try {
    for (let done = 0; done < warmupSteps; done++) await step()
    timer.reset()
    const startedAt = performance.now()
    for (let done = 0; done < steps; done++) await step()
    const stepMs = (performance.now() - startedAt) / steps
    const operations = timer.costs().map(({ kernel, calls, ms }) => ({
      operation: kernel,
      calls: calls / steps,
      ms: ms / steps,
      share: ms / steps / stepMs,
    }))
    const outsideMs = Math.max(0, stepMs - operations.reduce((sum, { ms }) => sum + ms, 0))
    const { device, version, threads } = running
    return {
      backend: id,
      precision,
      device,
      version,
      threads,
      resolution,
      batch,
      steps,
      stepMs,
      imagesPerSecond: (batch / stepMs) * 1000,
      operations,
      outside: { ms: outsideMs, share: outsideMs / stepMs },
    }
  } finally {
    trainer.dispose()
    timer.stop()
    running.dispose()
  }
}

interface Network {
  readonly graph: Graph
  readonly resolution: number
}

function networkOf({
  model,
  architecture,
  resolution,
}: Pick<ProfileParams, 'model' | 'architecture' | 'resolution'>): Network {
  if (model === undefined)
    return { graph: architectures.get(architecture).build({ size: resolution, classes }, 0), resolution }
  const { graph } = readModelFile(model)
  const side = imageInput(graph).shape.at(-1)
  return { graph, resolution: typeof side === 'number' && side > 0 ? side : resolution }
}

function randomBatch(count: number, side: number, classes: number): ImageBatch {
  const random = createRandom(1)
  const images = Uint8Array.from({ length: count * side * side * 3 }, () => random.integer(256))
  return {
    images,
    labels: Int32Array.from({ length: count }, () => random.integer(classes)),
    height: side,
    width: side,
  }
}
