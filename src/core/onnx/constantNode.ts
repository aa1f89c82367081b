import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import { floatTensor, intTensor, tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

/** The value of a Constant node, in whichever attribute it lies. */
export function constantValue({ name, attributes }: Node, fileName: string): TensorData {
  const { value, value_float: float, value_int: int, value_floats: floats, value_ints: ints } = attributes
  if (typeof value === 'object' && 'dtype' in value) return value
  if (typeof float === 'number') return floatTensor([], [float])
  if (typeof int === 'number') return tensorData('int64', [], [int])
  if (Array.isArray(floats)) return floatTensor([floats.length], floats as readonly number[])
  if (Array.isArray(ints)) return intTensor(ints as readonly number[])
  throw new NNOptError(
    'unsupported',
    `'${fileName}': node '${name}' (Constant): expected a tensor or numbers, got ${Object.keys(attributes).join(', ') || 'nothing'}`,
    { node: name },
  )
}
