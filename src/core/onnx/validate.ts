import { NNOptError } from '../../shared/errors'
import { inferShapes } from '../passes/inferShapes'
import type { Graph, ValueInfo } from '../graph/graph'

const imageChannels: readonly unknown[] = [1, 3]

/** Throws unless the model takes one image and gives something: before anything else is looked at. */
export function assertImageClassifier({ inputs, outputs }: Graph, fileName: string): void {
  const [input] = inputs
  if (!input) throw new NNOptError('badInput', `'${fileName}': expected an image input [N, C, H, W], got none`)
  if (inputs.length > 1)
    throw new NNOptError('unsupported', `'${fileName}': expected one input, got ${inputs.length} (${namesOf(inputs)})`)
  if (outputs.length === 0)
    throw new NNOptError('badInput', `'${fileName}': expected an output with class scores, got none`)
  if (outputs.length > 1)
    throw new NNOptError(
      'unsupported',
      `'${fileName}': expected one output, got ${outputs.length} (${namesOf(outputs)}); export the model without auxiliary outputs`,
    )
  assertImage(input, fileName)
}

const namesOf = (values: readonly ValueInfo[]): string => values.map(({ name }) => name).join(', ')

function assertImage({ name, dtype, shape }: ValueInfo, fileName: string): void {
  const where = `'${fileName}': input '${name}'`
  if (shape.length !== 4 || !imageChannels.includes(shape[1])) {
    throw new NNOptError(
      'badInput',
      `${where}: expected an image of rank 4 [N, 1 or 3, H, W], got [${shape.join(', ')}]`,
      { input: name },
    )
  }
  const free = [2, 3].find((axis) => typeof shape[axis] !== 'number')
  if (free !== undefined) {
    throw new NNOptError(
      'unsupported',
      `${where}: axis ${free} has the free size '${shape[free]}': expected a size for it; give one, as in --input-size 224x224 (height × width)`,
      { input: name },
    )
  }
  if (dtype !== 'float32')
    throw new NNOptError(
      'unsupported',
      `${where}: expected float numbers, got ${dtype}; export the model without its preprocessing`,
      { input: name },
    )
}

/** The graph with the output's shape as the nodes compute it, once all shapes fit together. Throws unless that is [N, classes]. */
export function withCheckedShapes(graph: Graph): Graph {
  const [batch, output] = [graph.inputs[0]!.shape[0]!, graph.outputs[0]!]
  const tried = typeof batch === 'number' ? batch : 2
  const shape = inferShapes(graph, tried).get(output.name) ?? []
  if (shape.length !== 2 || shape[0] !== tried) {
    throw new NNOptError(
      'unsupported',
      `output '${output.name}': expected class scores [N, classes], got [${shape.join(', ')}] for ${tried} images`,
      { output: output.name },
    )
  }
  return { ...graph, outputs: [{ ...output, shape: [batch, shape[1]!] }] }
}

/** Runs `work` and puts the file's name before whatever it complains about. */
export function namingFile<T>(fileName: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof NNOptError)
      throw new NNOptError(cause.code, `'${fileName}': ${cause.message}`, cause.details, { cause })
    throw cause
  }
}
