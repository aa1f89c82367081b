import type { Attributes, Node } from '../../src/core/graph/graph'
import { tensorData } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'

export const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  name: output,
  op,
  inputs,
  outputs: [output],
  attributes,
})

export const scalar = (value: number): TensorData => tensorData('int64', [], [value])
