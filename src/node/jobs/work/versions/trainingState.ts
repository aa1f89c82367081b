import type { Graph, QParams } from '../../../../core/graph/graph'
import { withParameters } from '../../../../core/execute/parameters'
import { floatTensor, isFloat, tensorData } from '../../../../core/graph/tensorData'
import type { TensorData } from '../../../../core/graph/tensorData'
import { readSafetensors, writeSafetensors } from '../../../../core/train/safetensors'
import { NNOptError } from '../../../../shared/errors'

/** What later steps start from: float weights by name, masks under `mask/`, quantization parameters under `scale/` and `zeroPoint/`. */
export function trainingState({ initializers, masks, qparams }: Graph): Uint8Array {
  const weights = [...initializers]
    .filter(([, { dtype }]) => isFloat(dtype))
    .map(([name, tensor]) => [name, { ...tensor, dtype: 'float32' }] as const)
  const kept = [...masks].map(
    ([name, mask]) =>
      [`mask/${name}`, tensorData('uint8', initializers.get(name)?.shape ?? [mask.length], mask)] as const,
  )
  const quantized = [...qparams].flatMap(([name, parameters]) => qparamTensors(name, parameters))
  const axes = Object.fromEntries(
    [...qparams].map(([name, { dtype, qmin, qmax, axis }]) => [name, { dtype, qmin, qmax, axis }]),
  )
  return writeSafetensors({
    tensors: new Map<string, TensorData>([...weights, ...kept, ...quantized]),
    metadata: { qparams: JSON.stringify(axes) },
  })
}

const qparamTensors = (name: string, { scale, zeroPoint }: QParams): readonly (readonly [string, TensorData])[] => [
  [`scale/${name}`, floatTensor([scale.length], scale)],
  [`zeroPoint/${name}`, tensorData('int32', [zeroPoint.length], zeroPoint)],
]

interface StoredAxes extends Pick<QParams, 'dtype' | 'qmin' | 'qmax'> {
  readonly axis?: number
}

/** The graph with the weights, masks and quantization parameters of a training state whose names it has. Throws `badInput` naming the file when it is damaged. */
export function withTrainingState(graph: Graph, bytes: Uint8Array, fileName: string): Graph {
  const { tensors, metadata } = readSafetensors(bytes, fileName)
  const weights = [...tensors].filter(([name]) => isFloat(graph.initializers.get(name)?.dtype ?? 'int8'))
  const masks = [...tensors].flatMap(([name, { data }]) =>
    name.startsWith('mask/') ? [[name.slice('mask/'.length), Uint8Array.from(data)] as const] : [],
  )
  const axes = Object.entries(JSON.parse(metadata.qparams ?? '{}') as Readonly<Record<string, StoredAxes>>)
  const qparams = axes.map(
    ([name, stored]) =>
      [
        name,
        {
          ...stored,
          scale: entryOf(tensors, `scale/${name}`, fileName, Float32Array),
          zeroPoint: entryOf(tensors, `zeroPoint/${name}`, fileName, Int32Array),
        },
      ] as const,
  )
  return {
    ...withParameters(graph, new Map(weights)),
    masks: new Map(masks.filter(([name]) => graph.initializers.has(name))),
    qparams: new Map(qparams),
  }
}

function entryOf<T>(
  tensors: ReadonlyMap<string, TensorData>,
  name: string,
  fileName: string,
  Numbers: { from(values: ArrayLike<number>): T },
): T {
  const tensor = tensors.get(name)
  if (!tensor)
    throw new NNOptError(
      'badInput',
      `'${fileName}': tensor '${name}' is missing: expected quantization parameters for every value that its metadata names`,
    )
  return Numbers.from(tensor.data)
}
