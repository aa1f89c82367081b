import { existsSync, readFileSync } from 'node:fs'
import { sparsityPicture, histogramOf } from '../../../core/layers/pictures'
import { weightValues } from '../../../core/layers/weights'
import type { WeightValues } from '../../../core/layers/weights'
import type { Graph } from '../../../core/graph/graph'
import { rangeOf } from '../../../core/fakeQuant/range'
import { slicesOf } from '../../../core/fakeQuant/slices'
import { NNOptError } from '../../../shared/errors'
import type { Version } from '../../../shared/types'
import { withTrainingState } from '../../jobs/work/versions/trainingState'
import type { Store } from '../../store'
import { resolveVersion } from '../../store/resolve'
import type { Inspection } from '../inspection'
import { openedGraph } from '../openedModel'

const bins = 128

export const weight: Inspection<'versions.weight'> = async ({ store }, { version: reference, layer }) => {
  const version = await resolveVersion(store, reference)
  const graph = openedGraph(store, version)
  const found = weightIn(graph, layer, version)
  const channels = slicesOf(found.values, found.shape, found.channelAxis)
  const mask = maskOf(store, version, graph, found.tensor)
  return {
    tensor: found.tensor,
    shape: found.shape,
    histogram: histogramOf(found.values, bins),
    channels: channels.map((values) => {
      const { min, max } = rangeOf(values)
      return [min, max] as const
    }),
    sparsity: sparsityPicture(mask ? slicesOf(mask, found.shape, found.channelAxis) : channels),
    scale: [...Array.from(found.quantization?.scale ?? [])],
    zeroPoint: [...Array.from(found.quantization?.zeroPoint ?? [])],
    masked: mask ? mask.reduce((sum, keep) => sum + Number(keep === 0), 0) : null,
  }
}

/** Maximum number of values to send: 8 MiB. */
const mostNumbers = 2 ** 21

export const weightNumbers: Inspection<'versions.weightValues'> = async ({ store }, { version: reference, layer }) => {
  const version = await resolveVersion(store, reference)
  const { values, shape, channelAxis } = weightIn(openedGraph(store, version), layer, version)
  const isSample = values.length > mostNumbers
  const step = values.length / mostNumbers
  const sent = isSample
    ? Float32Array.from({ length: mostNumbers }, (_, index) => values[Math.floor(index * step)]!)
    : values
  return { shape, channelAxis, values: new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength), isSample }
}

function weightIn(graph: Graph, layer: string, { name }: Version): WeightValues {
  const node = graph.nodes.find((each) => each.name === layer)
  if (!node) throw new NNOptError('notFound', `version '${name}' has no layer '${layer}'`)
  const found = weightValues(graph, node)
  if (!found)
    throw new NNOptError(
      'notFound',
      `layer '${layer}' of version '${name}' has no weight: choose a Conv, Gemm or MatMul`,
    )
  return found
}

/** Masks are stored next to the file; those of quantized weights are found under the name of the integers. */
function maskOf({ paths }: Store, { id, name }: Version, graph: Graph, tensor: string): Float32Array | undefined {
  const file = paths.trainingState(id)
  if (!existsSync(file)) return undefined
  const { masks } = withTrainingState(graph, readFileSync(file), `${name}/training.safetensors`)
  const mask = masks.get(tensor) ?? masks.get(tensor.replace(/\/quantized$/, ''))
  return mask && Float32Array.from(mask)
}
