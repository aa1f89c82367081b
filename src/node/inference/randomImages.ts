import { createRandom } from '../../core/data/random'
import { imageInput } from '../../core/graph/graph'
import type { Graph } from '../../core/graph/graph'
import type { ImageBatch } from './messages'

/** Gaussian noise in the shape of a model's images, for timing and for comparing two forms of a network. */
export function randomImages(graph: Graph, count: number): ImageBatch {
  const shape = [count, ...imageInput(graph).shape.slice(1).map(Number)]
  const random = createRandom(0)
  return {
    images: Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, () => random.normal()),
    shape,
  }
}
