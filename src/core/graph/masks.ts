import { NNOptError } from '../../shared/errors'
import { constantInput } from './graph'
import type { Graph, Mask } from './graph'
import { tensorData } from './tensorData'
import { isDequantize } from './conversions'

/** Zeros of the masked weights of a written graph. */
export interface MaskReport {
  /** Positions that a mask keeps at zero. */
  readonly masked: number
  /** Other positions of the same weights that are zero, such as weights that rounding to integers made zero. */
  readonly otherZeros: number
  readonly total: number
}

/** Counts the zeros of every weight with a mask, in float and in integers; throws `internal` naming a weight with a masked position that is not zero. */
export function maskReport(graph: Graph): MaskReport {
  const counts = [...graph.masks].map(([name, mask]) => countZeros(graph, name, mask))
  const sum = (key: keyof MaskReport): number => counts.reduce((total, count) => total + count[key], 0)
  return { masked: sum('masked'), otherZeros: sum('otherZeros'), total: sum('total') }
}

function countZeros(graph: Graph, name: string, mask: Mask): MaskReport {
  const data = graph.initializers.get(name)?.data
  if (data?.length !== mask.length)
    throw new NNOptError(
      'internal',
      `mask of '${name}': expected ${mask.length} weights, got ${data?.length ?? 'none'}`,
    )
  const zero = zeroOf(graph, name)
  const count = { zeros: 0, masked: 0, broken: 0 }
  for (let index = 0; index < mask.length; index++) {
    const isZero = data[index] === zero
    count.zeros += Number(isZero)
    count.masked += Number(mask[index] === 0)
    count.broken += Number(mask[index] === 0 && !isZero)
  }
  if (count.broken > 0)
    throw new NNOptError(
      'internal',
      `weight '${name}': expected zero at ${count.masked} masked positions, got ${count.broken} nonzero`,
    )
  return { masked: count.masked, otherZeros: count.zeros - count.masked, total: mask.length }
}

/** The number that stands for zero: the zero point of integers. Masked weights have the same one in every channel. */
function zeroOf(graph: Graph, name: string): number {
  const reader = graph.nodes.find((node) => isDequantize(node) && node.inputs[0] === name)
  return reader ? (constantInput(graph, reader, 2)?.data[0] ?? 0) : 0
}

/** Throws `badInput` naming a mask whose weight is not there or has another number of elements. */
export function assertMasksFit({ masks, initializers }: Graph, where: string): void {
  for (const [name, { length }] of masks) {
    const tensor = initializers.get(name)
    if (tensor?.data.length !== length)
      throw new NNOptError(
        'badInput',
        `${where}: mask of '${name}': expected the shape of its weight, ${tensor ? `[${tensor.shape.join(', ')}]` : 'which does not exist'}, got ${length} elements`,
        { mask: name },
      )
  }
}

/** The graph with zeros wherever a mask says so. */
export function withMasksApplied(graph: Graph): Graph {
  const masked = [...graph.masks].map(([name, mask]) => {
    const tensor = graph.initializers.get(name)
    if (!tensor) throw new NNOptError('internal', `mask of '${name}': the graph has no such weight`)
    return [
      name,
      tensorData(
        tensor.dtype,
        tensor.shape,
        tensor.data.map((value, index) => (mask[index] ? value : 0)),
      ),
    ] as const
  })
  return { ...graph, initializers: new Map([...graph.initializers, ...masked]) }
}
