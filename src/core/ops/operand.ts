import type { Tensor } from '@tensorflow/tfjs-core'
import { cast, tensor } from '@tensorflow/tfjs-core'
import type { TensorData } from '../graph/tensorData'
import type { Shape } from './operator'

/** What an operator is given, as far as this looks at it. */
interface Context {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly shapes: readonly Shape[]
  constant(index: number): TensorData | undefined
}

/** The tensor at an input, made from its constant where the executor has none: it holds float operands only. Throws a TypeError for an absent one. */
export function operand(
  { inputs, constant, shapes }: Context,
  index: number,
  dtype: 'float32' | 'int32' | 'bool',
): Tensor {
  const given = inputs[index]
  if (given) return given.dtype === dtype ? given : cast(given, dtype)
  return tensor(Array.from(constant(index)?.data ?? []), [...(shapes[index] ?? [])], dtype)
}
