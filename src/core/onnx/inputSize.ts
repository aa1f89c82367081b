import { NNOptError } from '../../shared/errors'
import type { Graph } from '../graph/graph'

/** Height and width of images, in pixels. */
export interface InputSize {
  readonly height: number
  readonly width: number
}

/** Metadata in which Ultralytics' exporter writes the size that a model was trained for: [height, width]. */
const sizeKey = 'imgsz'

const imageAxes = [2, 3] as const

interface SizedGraph {
  readonly graph: Graph
  /** Says which size was taken, where none was given. */
  readonly warning?: string
}

/**
 * The graph with the height and width that its file leaves free: those given, or those that its metadata name. Sizes that the file fixes stay;
 * one that differs from them is `badInput`. Free sizes without either stay free.
 */
export function withInputSize(graph: Graph, given: InputSize | undefined, fileName: string): SizedGraph {
  const [input, ...others] = graph.inputs
  if (!input || input.shape.length !== 4) return { graph }
  const named = sizeOfMetadata(graph)
  const size = given ?? named
  const wanted = (axis: 2 | 3): number | undefined => (axis === 2 ? size?.height : size?.width)
  const isFree = imageAxes.some((axis) => typeof input.shape[axis] === 'string')
  const differs = imageAxes.find((axis) => typeof input.shape[axis] === 'number' && input.shape[axis] !== wanted(axis))
  if (given && differs !== undefined)
    throw new NNOptError(
      'badInput',
      `'${fileName}': input '${input.name}' has the fixed size ${input.shape.slice(2).join('×')}: expected that size, got ${given.height}×${given.width}`,
      { input: input.name },
    )
  const shape = input.shape.map((dim, axis) => {
    const chosen = axis === 2 || axis === 3 ? wanted(axis) : undefined
    return typeof dim === 'string' && chosen !== undefined ? chosen : dim
  })
  const warning =
    isFree && !given && named
      ? `input size ${named.height}×${named.width} taken from '${sizeKey}' of the file's metadata; choose another with --input-size`
      : undefined
  return { graph: { ...graph, inputs: [{ ...input, shape }, ...others] }, ...(warning && { warning }) }
}

function sizeOfMetadata({ metadata }: Graph): InputSize | undefined {
  const [, height, width] = /^\[\s*(\d+)\s*,\s*(\d+)\s*\]$/.exec(metadata[sizeKey] ?? '') ?? []
  return Number(height) > 0 && Number(width) > 0 ? { height: Number(height), width: Number(width) } : undefined
}
