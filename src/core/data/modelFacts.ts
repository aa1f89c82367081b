import { z } from 'zod'
import { parseAs } from '../../shared/parse'
import type { Graph } from '../graph/graph'
import { preprocessingSchema } from './preprocessing'
import type { Preprocessing } from './preprocessing'

/** Keys of ONNX metadata_props under which a model carries what its data need. */
export const preprocessingKey = 'nnopt.preprocessing'
const classesKey = 'nnopt.classes'

export interface ModelFacts {
  readonly preprocessing?: Preprocessing | undefined
  readonly classes?: readonly string[] | undefined
}

const classesSchema = z.array(z.string().min(1)).min(1).readonly()

/** How the model wants its images, or undefined when its file does not say. Throws `badInput` when the entry cannot be read. */
export const preprocessingOf = (graph: Graph): Preprocessing | undefined =>
  readEntry(graph, preprocessingKey, preprocessingSchema)

/** Class names in the order of the model's outputs, or undefined when its file does not say. Throws `badInput` when the entry cannot be read. */
export const classesOf = (graph: Graph): readonly string[] | undefined => readEntry(graph, classesKey, classesSchema)

/** The same graph with these facts in its metadata; an absent fact leaves what was there. */
export function withModelFacts(graph: Graph, { preprocessing, classes }: ModelFacts): Graph {
  const added = {
    ...(preprocessing && { [preprocessingKey]: JSON.stringify(preprocessing) }),
    ...(classes && { [classesKey]: JSON.stringify(classes) }),
  }
  return { ...graph, metadata: { ...graph.metadata, ...added } }
}

function readEntry<T>(graph: Graph, key: string, schema: z.ZodType<T>): T | undefined {
  const text = graph.metadata[key]
  if (text === undefined) return undefined
  return parseAs(schema, parseJson(text), `model '${graph.name}': metadata '${key}'`, {
    code: 'badInput',
    hint: `got ${text.slice(0, 120)}`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
