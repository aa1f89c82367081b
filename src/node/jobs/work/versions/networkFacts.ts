import { gzipSync } from 'node:zlib'
import type { Graph } from '../../../../core/graph/graph'
import { layerStatistics } from '../../../../core/measure/layerStatistics'
import { macs } from '../../../../core/measure/macs'
import { parameterStatistics } from '../../../../core/measure/parameterStatistics'
import type { NetworkFacts } from '../../../../shared/types'

export const gzipSize = (bytes: Uint8Array): number => gzipSync(bytes).length

/** Counts in the graph that a file holds; sparsity is that of the convolution and linear weights. */
export function networkFacts(graph: Graph, bytes: Uint8Array): NetworkFacts {
  const { totalParams, nonzeroParams } = parameterStatistics(graph)
  const layers = layerStatistics(graph)
  const [params, nonzero] = [
    layers.reduce((sum, layer) => sum + layer.params, 0),
    layers.reduce((sum, layer) => sum + layer.nonzeroParams, 0),
  ]
  return {
    totalParams,
    nonzeroParams,
    sparsity: params === 0 ? 0 : 1 - nonzero / params,
    macs: macs(graph),
    gzipBytes: gzipSize(bytes),
    layers,
  }
}
