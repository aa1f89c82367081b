import { Graph, layout } from '@dagrejs/dagre'
import type { Layer } from '../../../shared/types'

/** A box of the graph: a layer or a collapsed stage. */
export interface GraphBox {
  readonly id: string
  readonly stage: string
  readonly layers: readonly Layer[]
  readonly isStage: boolean
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly source: string
  readonly target: string
}

export const boxWidth = 190
export const boxHeight = 38
const [rankGap, nodeGap] = [22, 26]

/** Graphs with more boxes are laid out level by level: as clear for chains, and instant. */
const mostForDagre = 300

/** Positions of boxes and edges; a collapsed stage is one box. */
export function graphOf(
  layers: readonly Layer[],
  folded: ReadonlySet<string>,
): { readonly boxes: readonly GraphBox[]; readonly edges: readonly GraphEdge[] } {
  const boxOf = new Map(
    layers.map((layer) => [layer.name, folded.has(layer.stage) ? `stage ${layer.stage}` : layer.name]),
  )
  const members = new Map<string, Layer[]>()
  for (const layer of layers) {
    const id = boxOf.get(layer.name) ?? layer.name
    const list = members.get(id)
    if (list) list.push(layer)
    else members.set(id, [layer])
  }
  const edges = new Map<string, GraphEdge>()
  for (const layer of layers) {
    const target = boxOf.get(layer.name) ?? layer.name
    for (const input of layer.inputs) {
      const source = boxOf.get(input) ?? input
      if (source !== target) edges.set(`${source} → ${target}`, { source, target })
    }
  }
  const ids = [...members.keys()]
  const places =
    ids.length > mostForDagre ? placedByLevel(ids, [...edges.values()]) : placedByDagre(ids, [...edges.values()])
  const boxes = [...members].map(([id, own]) => ({
    id,
    stage: own[0]!.stage,
    layers: own,
    isStage: folded.has(own[0]!.stage),
    ...(places.get(id) ?? { x: 0, y: 0 }),
  }))
  return { boxes, edges: [...edges.values()] }
}

interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Whether anything between two boxes (or the same box twice) intersects a rectangle. */
export const isWithin = (a: GraphBox, b: GraphBox, sight: Rect): boolean =>
  Math.min(a.x, b.x) < sight.x + sight.width &&
  Math.max(a.x, b.x) + boxWidth > sight.x &&
  Math.min(a.y, b.y) < sight.y + sight.height &&
  Math.max(a.y, b.y) + boxHeight > sight.y

/** The bounding rectangle of boxes. */
export function boundsOf(boxes: readonly GraphBox[]): Rect {
  const [xs, ys] = [boxes.map(({ x }) => x), boxes.map(({ y }) => y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return boxes.length === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x, y, width: Math.max(...xs) + boxWidth - x, height: Math.max(...ys) + boxHeight - y }
}

type Places = ReadonlyMap<string, { readonly x: number; readonly y: number }>

function placedByDagre(ids: readonly string[], edges: readonly GraphEdge[]): Places {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', ranksep: rankGap, nodesep: nodeGap })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of ids) graph.setNode(id, { width: boxWidth, height: boxHeight })
  for (const { source, target } of edges) graph.setEdge(source, target)
  layout(graph)
  return new Map(
    ids.map((id) => {
      const { x, y } = graph.node(id)
      return [id, { x: x - boxWidth / 2, y: y - boxHeight / 2 }]
    }),
  )
}

/**
 * Places each box one level below its lowest input; boxes of a level stand side by side. Boxes arrive in execution
 * order.
 */
function placedByLevel(ids: readonly string[], edges: readonly GraphEdge[]): Places {
  const inputs = new Map<string, string[]>()
  for (const { source, target } of edges) inputs.set(target, [...(inputs.get(target) ?? []), source])
  const levels = new Map<string, number>()
  const counts = new Map<number, number>()
  return new Map(
    ids.map((id) => {
      const level = Math.max(-1, ...(inputs.get(id) ?? []).map((input) => levels.get(input) ?? -1)) + 1
      const column = counts.get(level) ?? 0
      levels.set(id, level)
      counts.set(level, column + 1)
      return [id, { x: column * (boxWidth + nodeGap), y: level * (boxHeight + rankGap) }]
    }),
  )
}
