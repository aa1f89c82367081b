import { consumers } from '../graph/graph'
import type { Graph, Node } from '../graph/graph'
import { isFloat, sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { operators } from '../ops/index'
import type { ParameterRole, Shape } from '../ops/operator'
import { isDequantize, isQuantize } from '../graph/conversions'

/**
 * Parameters by kind, as the reference notebook counts them. Running means and variances, clamp bounds, scales and zero points are no parameters.
 * A MobileNetV2 with 10 classes has 2,236,682: 2,202,560 weights, 34,112 of batch normalization (scale and shift), 10 biases.
 * Folding batch normalization turns its two numbers a channel into one bias.
 */
export interface ParameterStatistics {
  readonly intWeightParams: number
  readonly floatWeightParams: number
  /** Biases, in float32 or, behind int8 weights, int32. */
  readonly floatBiasParams: number
  readonly bnParams: number
  readonly otherFloatParams: number
  readonly totalParams: number
  readonly nonzeroParams: number
  /** Share of zeros among the weights. */
  readonly sparsity: number
  /** 1 byte an int8 weight, 4 bytes anything else, in MiB. */
  readonly approxMemoryMb: number
}

/** Parameters in all, of shapes that are known, such as those that a cut would leave. */
export function parametersOfSizes({
  graph,
  shapes,
}: {
  readonly graph: Graph
  readonly shapes: ReadonlyMap<string, Shape>
}): number {
  const readers = consumers(graph)
  return [...graph.initializers].reduce(
    (sum, [name, tensor]) => sum + (kindOf(readers, name, tensor) ? sizeOf(shapes.get(name) ?? tensor.shape) : 0),
    0,
  )
}

type Kind = 'intWeight' | 'floatWeight' | 'bias' | 'batchNorm' | 'other'

const kindOfRole: Readonly<Record<ParameterRole, Kind | undefined>> = {
  weight: 'floatWeight',
  bias: 'bias',
  scale: 'batchNorm',
  shift: 'batchNorm',
  mean: undefined,
  variance: undefined,
}

const bytesPerMebibyte = 1024 * 1024

export function parameterStatistics(graph: Graph): ParameterStatistics {
  const readers = consumers(graph)
  const found = [...graph.initializers].flatMap(([name, tensor]) => {
    const kind = kindOf(readers, name, tensor)
    return kind ? [{ kind, size: tensor.data.length, nonzero: countNonzero(tensor) }] : []
  })
  const total = (kinds: readonly Kind[], field: 'size' | 'nonzero'): number =>
    found.reduce((sum, entry) => sum + (kinds.includes(entry.kind) ? entry[field] : 0), 0)
  const all: readonly Kind[] = ['intWeight', 'floatWeight', 'bias', 'batchNorm', 'other']
  const weights = total(['intWeight', 'floatWeight'], 'size')
  const totalParams = total(all, 'size')
  const intWeightParams = total(['intWeight'], 'size')
  return {
    intWeightParams,
    floatWeightParams: total(['floatWeight'], 'size'),
    floatBiasParams: total(['bias'], 'size'),
    bnParams: total(['batchNorm'], 'size'),
    otherFloatParams: total(['other'], 'size'),
    totalParams,
    nonzeroParams: total(all, 'nonzero'),
    sparsity: weights === 0 ? 0 : 1 - total(['intWeight', 'floatWeight'], 'nonzero') / weights,
    approxMemoryMb: (intWeightParams + 4 * (totalParams - intWeightParams)) / bytesPerMebibyte,
  }
}

function kindOf(readers: ReadonlyMap<string, readonly Node[]>, name: string, tensor: TensorData): Kind | undefined {
  const reader = readers.get(name)?.[0]
  if (!reader) return undefined
  const index = reader.inputs.indexOf(name)
  if (!isDequantize(reader)) return kindAt(reader, index, tensor)
  const target = readers.get(reader.outputs[0]!)?.[0]
  const kind = index === 0 && target ? kindAt(target, target.inputs.indexOf(reader.outputs[0]!), tensor) : undefined
  return kind === 'floatWeight' ? 'intWeight' : kind
}

/** A float constant of more than one number that no role names, such as a learned offset of an Add, is a parameter too. */
function kindAt(reader: Node, index: number, tensor: TensorData): Kind | undefined {
  if (isQuantize(reader)) return undefined
  const role = operators.get(reader.op).parameters?.[index]
  if (role) return kindOfRole[role]
  return isFloat(tensor.dtype) && tensor.data.length > 1 ? 'other' : undefined
}

function countNonzero({ data }: TensorData): number {
  let count = 0
  for (let index = 0; index < data.length; index++) if (data[index] !== 0) count++
  return count
}
