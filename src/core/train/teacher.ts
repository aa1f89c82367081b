import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { tensor } from '@tensorflow/tfjs-core'
import { createExecutor } from '../execute/executor'
import { fuseActivations } from '../passes/fuseActivations'
import type { Graph } from '../graph/graph'
import { toHalf } from '../kernels/half'
import { foldBatchNorm } from '../passes/foldBatchNorm'
import type { Normalizer } from './normalizer'
import type { HalfType, Precision } from '../kernels/precision'
import type { ImageBatch } from './imageBatch'
import { isConvolution } from '../ops/nodeFacts'

/** A trained network in inference mode; its weights never change. */
export interface Teacher {
  /** Scores [n, classes] of a batch; the caller disposes them. */
  logits(batch: ImageBatch): Tensor2D
  dispose(): void
}

/** Folded, and in the precision of the training: softened scores need no more digits than the gradients that they make. */
export function createTeacher(source: Graph, normalizer: Normalizer, precision: Precision = 'fp32'): Teacher {
  const executor = createExecutor(fuseActivations(foldBatchNorm(source), isConvolution), {
    inferencePrecision: precision,
  })
  const parameters = new Map(
    executor.parameters.map(({ name, shape, role }): [string, Tensor] => {
      const values = tensor(executor.pack(name), [...shape])
      // What its layers convert at every batch otherwise.
      return [
        name,
        precision !== 'fp32' && (role === 'weight' || role === 'bias') ? converted(values, precision) : values,
      ]
    }),
  )
  return {
    logits: (batch) => normalizer.use(batch, (images) => executor.forward(images, parameters)),
    dispose: () => {
      for (const part of [executor, normalizer, ...parameters.values()]) part.dispose()
    },
  }
}

function converted(values: Tensor, precision: HalfType): Tensor {
  const half = toHalf(values, precision)
  values.dispose()
  return half
}
