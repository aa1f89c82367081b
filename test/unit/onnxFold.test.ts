import { describe, expect, it } from 'vitest'
import type { Graph, Node } from '../../src/core/graph/graph'
import { intTensor } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { foldConstants } from '../../src/core/passes/foldConstants'
import { freeBatch } from '../../src/core/passes/freeBatch'
import { inferShapes } from '../../src/core/passes/inferShapes'
import { node, scalar } from '../helpers/onnxNode'

function graphOf(
  nodes: readonly Node[],
  constants: Readonly<Record<string, TensorData>>,
  batch: number | string,
): Graph {
  return {
    name: 'g',
    nodes,
    initializers: new Map(Object.entries(constants)),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
    inputs: [{ name: 'x', dtype: 'float32', shape: [batch, 3, 4, 4] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [batch, 48] }],
  }
}

const shapeChain = [
  node('Shape', ['x'], 's'),
  node('Gather', ['s', 'zero'], 'n'),
  node('Unsqueeze', ['n', 'axis'], 'n1'),
  node('Concat', ['n1', 'rest'], 'shape', { axis: 0 }),
]
const chainConstants = { zero: scalar(0), axis: intTensor([0]), rest: intTensor([48]) }

describe('foldConstants', () => {
  it('turns a shape chain into a constant that follows the batch', () => {
    const folded = foldConstants(
      graphOf([...shapeChain, node('Reshape', ['x', 'shape'], 'y')], chainConstants, 'batch'),
    )
    expect(folded.nodes.map(({ op }) => op)).toEqual(['Reshape'])
    expect(folded.initializers.get(folded.nodes[0]!.inputs[1]!)).toEqual(intTensor([0, 48]))
    expect(inferShapes(folded, 5).get('y')).toEqual([5, 48])
  })

  it('uses −1 where the axis is not copied', () => {
    const nodes = [
      ...shapeChain,
      node('Mul', ['n1', 'three'], 'rows'),
      node('Concat', ['rows', 'plane'], 'target', { axis: 0 }),
      node('Reshape', ['x', 'target'], 'y'),
    ]
    const folded = foldConstants(
      graphOf(nodes, { ...chainConstants, three: intTensor([3]), plane: intTensor([4, 4]) }, 'batch'),
    )
    expect(folded.initializers.get(folded.nodes[0]!.inputs[1]!)).toEqual(intTensor([-1, 4, 4]))
  })

  it('computes with the real size when the batch is fixed', () => {
    const folded = foldConstants(graphOf([...shapeChain, node('Reshape', ['x', 'shape'], 'y')], chainConstants, 7))
    expect(folded.initializers.get('shape')).toEqual(intTensor([7, 48]))
  })

  it('refuses other uses of the batch size, naming the node', () => {
    const nodes = [...shapeChain, node('Cast', ['n1'], 'f', { to: 1 }), node('Mul', ['x', 'f'], 'y')]
    expect(() => foldConstants(graphOf(nodes, chainConstants, 'batch'))).toThrow(
      "node 'y' (Mul): its input 'f' depends on the batch size in a way that is not supported",
    )
  })

  it('refuses a shape in which the batch stands twice', () => {
    const nodes = [
      ...shapeChain,
      node('Mul', ['n1', 'three'], 'rows'),
      node('Concat', ['rows', 'n1', 'minus'], 'target', { axis: 0 }),
      node('Reshape', ['x', 'target'], 'y'),
    ]
    const twice = graphOf(nodes, { ...chainConstants, three: intTensor([3]), minus: intTensor([-1]) }, 'batch')
    expect(() => foldConstants(twice)).toThrow(
      "node 'y' (Reshape): more than one axis of its shape depends on the batch size",
    )
  })
})

describe('freeBatch', () => {
  it('copies the batch axis where a Reshape states it', () => {
    const freed = freeBatch(
      graphOf([node('Reshape', ['x', 'shape'], 'y', { allowzero: 1 })], { shape: intTensor([2, 48]) }, 2),
    )
    expect(freed.inputs[0]!.shape[0]).toBe('batch')
    expect(inferShapes(freed, 5).get('y')).toEqual([5, 48])
  })

  it('leaves a graph alone whose shapes do not allow it', () => {
    const fixed = graphOf([node('Reshape', ['x', 'shape'], 'y')], { shape: intTensor([6, 16]) }, 2)
    expect(freeBatch(fixed)).toBe(fixed)
  })
})
