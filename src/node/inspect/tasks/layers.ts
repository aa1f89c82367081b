import { describeLayers } from '../../../core/layers/describe'
import type { Graph } from '../../../core/graph/graph'
import type { Layer } from '../../../shared/types'
import { resolveVersion } from '../../store/resolve'
import type { Inspection } from '../inspection'
import { openedGraph } from '../openedModel'

const described = new WeakMap<Graph, readonly Layer[]>()

/** Computed once per network, because large ones take a moment. */
export function layersOf(graph: Graph): readonly Layer[] {
  const known = described.get(graph) ?? describeLayers(graph)
  described.set(graph, known)
  return known
}

export const layers: Inspection<'versions.layers'> = async ({ store }, { version }) =>
  layersOf(openedGraph(store, await resolveVersion(store, version)))
