import { describe, expect, it } from 'vitest'
import type { Attributes } from '../../src/core/graph/graph'
import { floatTensor, intTensor, tensorData } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { evaluate } from '../../src/core/passes/evaluate'
import { node, scalar } from '../helpers/onnxNode'

const matrix = floatTensor([2, 3], [1, 2, 3, 4, 5, 6])

interface EvaluateCase {
  readonly op: string
  readonly what: string
  readonly inputs: readonly (TensorData | undefined)[]
  readonly attributes?: Attributes
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** Expected values are numpy's. */
const evaluateCases: readonly EvaluateCase[] = [
  {
    op: 'Add',
    what: 'broadcasts a row',
    inputs: [matrix, floatTensor([3], [10, 20, 30])],
    shape: [2, 3],
    values: [11, 22, 33, 14, 25, 36],
  },
  {
    op: 'Sub',
    what: 'broadcasts a column',
    inputs: [floatTensor([2, 1], [10, 20]), matrix],
    shape: [2, 3],
    values: [9, 8, 7, 16, 15, 14],
  },
  {
    op: 'Div',
    what: 'of integers truncates towards zero',
    inputs: [intTensor([7, -7]), intTensor([2, 2])],
    shape: [2],
    values: [3, -3],
  },
  {
    op: 'Div',
    what: 'of floats',
    inputs: [floatTensor([2], [7, -7]), floatTensor([], [2])],
    shape: [2],
    values: [3.5, -3.5],
  },
  {
    op: 'Max',
    what: 'of three',
    inputs: [intTensor([1, 5]), intTensor([4, 2]), intTensor([3, 3])],
    shape: [2],
    values: [4, 5],
  },
  {
    op: 'Concat',
    what: 'last axis',
    inputs: [matrix, floatTensor([2, 1], [0, 9])],
    attributes: { axis: -1 },
    shape: [2, 4],
    values: [1, 2, 3, 0, 4, 5, 6, 9],
  },
  {
    op: 'Gather',
    what: 'a scalar index drops the axis',
    inputs: [matrix, scalar(-1)],
    attributes: { axis: 1 },
    shape: [2],
    values: [3, 6],
  },
  {
    op: 'Gather',
    what: 'rows',
    inputs: [matrix, intTensor([1, 0, 1])],
    shape: [3, 3],
    values: [4, 5, 6, 1, 2, 3, 4, 5, 6],
  },
  {
    op: 'Slice',
    what: 'to the open end',
    inputs: [matrix, intTensor([1]), intTensor([2 ** 63]), intTensor([-1])],
    shape: [2, 2],
    values: [2, 3, 5, 6],
  },
  {
    op: 'Slice',
    what: 'backwards',
    inputs: [matrix, intTensor([-1]), intTensor([-(2 ** 63)]), intTensor([1]), intTensor([-1])],
    shape: [2, 3],
    values: [3, 2, 1, 6, 5, 4],
  },
  {
    op: 'Slice',
    what: 'steps of 2, axes absent',
    inputs: [intTensor([0, 1, 2, 3, 4]), intTensor([1]), intTensor([5]), undefined, intTensor([2])],
    shape: [2],
    values: [1, 3],
  },
  {
    op: 'Slice',
    what: 'empty',
    inputs: [intTensor([0, 1, 2]), intTensor([2]), intTensor([1]), intTensor([0])],
    shape: [0],
    values: [],
  },
  { op: 'Squeeze', what: 'all', inputs: [floatTensor([1, 2, 1], [1, 2])], shape: [2], values: [1, 2] },
  {
    op: 'Unsqueeze',
    what: 'front and back',
    inputs: [floatTensor([2], [1, 2]), intTensor([0, -1])],
    shape: [1, 2, 1],
    values: [1, 2],
  },
  {
    op: 'Reshape',
    what: '0 and −1',
    inputs: [floatTensor([2, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), intTensor([0, -1])],
    shape: [2, 6],
    values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  },
  { op: 'Transpose', what: 'reverses by default', inputs: [matrix], shape: [3, 2], values: [1, 4, 2, 5, 3, 6] },
  { op: 'ConstantOfShape', what: 'zeros by default', inputs: [intTensor([2, 2])], shape: [2, 2], values: [0, 0, 0, 0] },
  {
    op: 'Expand',
    what: 'in both directions',
    inputs: [floatTensor([2, 1], [1, 2]), intTensor([2])],
    shape: [2, 2],
    values: [1, 1, 2, 2],
  },
  {
    op: 'Where',
    what: 'chooses',
    inputs: [tensorData('bool', [3], [1, 0, 1]), intTensor([1, 2, 3]), intTensor([7, 8, 9])],
    shape: [3],
    values: [1, 8, 3],
  },
  { op: 'Equal', what: 'compares', inputs: [intTensor([1, -1]), intTensor([-1, -1])], shape: [2], values: [0, 1] },
  { op: 'Range', what: 'with a step', inputs: [scalar(1), scalar(6), scalar(2)], shape: [3], values: [1, 3, 5] },
  {
    op: 'Cast',
    what: 'to int64',
    inputs: [floatTensor([2], [3, 4])],
    attributes: { to: 7 },
    shape: [2],
    values: [3, 4],
  },
]

describe('evaluate', () => {
  it.each(evaluateCases)('$op: $what', ({ op, inputs, attributes, shape, values }) => {
    const result = evaluate(node(op, [], 'y', attributes), inputs)
    expect(result?.shape).toEqual(shape)
    expect([...(result?.data ?? [])]).toEqual(values)
  })

  it('knows nothing of other operators', () => {
    expect(evaluate(node('Conv', [], 'y'), [matrix])).toBeUndefined()
  })
})
