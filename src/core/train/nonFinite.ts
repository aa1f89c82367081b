import type { Executor } from '../execute/executor'
import type { NonFinite } from '../execute/inspect'
import type { Graph } from '../graph/graph'
import type { ModelState } from './modelState'
import type { Normalizer } from './normalizer'
import type { Snapshot } from './snapshot'
import type { ImageBatch } from './imageBatch'

/** Says in words where training left the finite numbers. */
export interface NonFiniteSearch {
  /** The layer whose parameters are not finite; undefined where all are. */
  inSnapshot(snapshot: Pick<Snapshot, 'vectors'>): string | undefined
  /** The first layer of a step on this batch, with the parameters as they are. */
  inStep(executor: Executor, batch: ImageBatch): Promise<string>
}

export function createNonFiniteSearch(graph: Graph, state: ModelState, normalizer: Normalizer): NonFiniteSearch {
  const inSnapshot: NonFiniteSearch['inSnapshot'] = ({ vectors }) => {
    const parameter = state.lastNonFinite(vectors)
    return parameter === undefined ? undefined : spoiled(graph, parameter)
  }
  return {
    inSnapshot,
    inStep: async (executor, batch) => {
      const parameters = inSnapshot({ vectors: await state.vectors() })
      if (parameters !== undefined) return parameters
      const images = normalizer.apply(batch)
      const found = await executor.findNonFinite(images, state.tensors())
      images.dispose()
      return found ? inWords(found) : 'every layer is finite, but the loss is not'
    },
  }
}

const inWords = ({ layer, op, parameter }: NonFinite): string =>
  `the first non-finite value is in ${parameter === undefined ? '' : `parameter '${parameter}' of `}layer '${layer}' (${op})`

function spoiled(graph: Graph, parameter: string): string {
  const node = graph.nodes.find(({ inputs }) => inputs.includes(parameter))
  // Learned scales belong to a tensor, not to a node.
  return node
    ? inWords({ layer: node.name, op: node.op, parameter })
    : `the first non-finite value is in parameter '${parameter}'`
}
