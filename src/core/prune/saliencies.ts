import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { add, mul, square, tensor, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core'
import { createExecutor } from '../execute/executor'
import { classOutput } from '../graph/graph'
import type { Graph } from '../graph/graph'
import { smoothLabels } from '../train/labels'
import { crossEntropy } from '../train/loss'
import { createNormalizer } from '../train/normalizer'
import type { Normalization } from '../train/normalizer'
import type { ImageBatch } from '../train/imageBatch'
import type { Saliencies } from './scores'

/** Σ over batches of (gradient · parameter)² for every element of every trainable parameter, in ONNX's layout. */
export async function computeSaliencies(
  graph: Graph,
  normalization: Normalization,
  batches: AsyncIterable<ImageBatch>,
): Promise<Saliencies> {
  const executor = createExecutor(graph)
  const normalizer = createNormalizer(normalization)
  const classes = Number(classOutput(graph).shape.at(-1))
  const parameters = new Map(
    executor.parameters.map(({ name, shape }): [string, Tensor] => [name, tensor(executor.pack(name), [...shape])]),
  )
  const sums = new Map(
    executor.parameters
      .filter(({ trainable }) => trainable)
      .map(({ name, shape }): [string, Tensor] => [name, zeros([...shape])]),
  )
  try {
    for await (const batch of batches) {
      const images = normalizer.apply(batch)
      const targets = tensor2d(smoothLabels(batch.labels, classes, 0), [batch.labels.length, classes])
      const step = executor.step(images, parameters, (logits: Tensor2D) => crossEntropy(logits, targets))
      for (const [name, gradient] of step.gradients) addSquared(sums, name, gradient, parameters.get(name))
      for (const used of [
        images,
        targets,
        step.loss,
        step.logits,
        ...step.gradients.values(),
        ...step.statistics.values(),
      ])
        used.dispose()
    }
    return new Map(
      await Promise.all(
        [...sums].map(
          async ([name, sum]) =>
            [name, Float32Array.from(executor.unpack(name, Float32Array.from(await sum.data())).data)] as const,
        ),
      ),
    )
  } finally {
    for (const part of [executor, normalizer, ...parameters.values(), ...sums.values()]) part.dispose()
  }
}

function addSquared(sums: Map<string, Tensor>, name: string, gradient: Tensor, parameter: Tensor | undefined): void {
  const before = sums.get(name)
  if (!before || !parameter) return
  sums.set(
    name,
    tidy(() => add(before, square(mul(gradient, parameter)))),
  )
  before.dispose()
}
