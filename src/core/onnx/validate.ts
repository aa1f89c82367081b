import { NNOptError } from '../../shared/errors'
import { inferShapes } from '../graph/inferShapes'
import type { Graph } from '../graph/graph'

const imageChannels: readonly unknown[] = [1, 3]

/** Throws unless the model takes one image and gives something: before anything else is looked at. */
export function assertImageClassifier({ inputs, outputs }: Graph, fileName: string): void {
  const [input] = inputs
  if (!input) throw new NNOptError('badInput', `'${fileName}': expected an image input [N, C, H, W], got none`)
  if (inputs.length > 1) throw new NNOptError('unsupported', `'${fileName}': expected one input, got ${inputs.length} (${inputs.map(({ name }) => name).join(', ')})`)
  if (outputs.length === 0) throw new NNOptError('badInput', `'${fileName}': expected an output with class scores, got none`)
  if (input.shape.length === 4 && imageChannels.includes(input.shape[1])) return
  throw new NNOptError('badInput', `'${fileName}': input '${input.name}': expected an image of rank 4 [N, 1 or 3, H, W], got [${input.shape.join(', ')}]`, { input: input.name })
}

/** The graph itself, once its shapes fit together from input to output. */
export function withCheckedShapes(graph: Graph): Graph {
  const batch = typeof graph.inputs[0].shape[0] === 'number' ? graph.inputs[0].shape[0] : 1
  inferShapes(graph, batch)
  return graph
}

/** Runs `work` and puts the file's name before whatever it complains about. */
export function namingFile<T>(fileName: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof NNOptError) throw new NNOptError(cause.code, `'${fileName}': ${cause.message}`, cause.details, { cause })
    throw cause
  }
}
