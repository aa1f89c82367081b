import { div, mean } from '@tensorflow/tfjs-core'
import type { Node } from '../graph/graph'
import type { Shape } from './operator'
import { defineReduction } from './reduction'

/** Mean over axes; over height and width it is what global average pooling does. */
export const reduceMeanOperator = defineReduction({
  id: 'ReduceMean',
  quantization: () => ({ reason: 'only a mean over height and width has an int8 form in onnxruntime' }),
  expanded: pooled,
  forward: mean,
  reads: 'nothing',
  gradient: ({ dy, count }) => div(dy, count),
})

/** A mean over height and width as a GlobalAveragePool, followed by a Flatten where the axes are dropped: the same numbers in the form that runtimes know in int8. */
function pooled(node: Node, { length: rank }: Shape): readonly Node[] {
  const { name, inputs, outputs, attributes } = node
  const axes = Array.isArray(attributes.axes) ? attributes.axes.map(Number) : []
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))
  if (rank !== 4 || axes.length !== 2 || !reduced.has(2) || !reduced.has(3)) return [node]
  const pool = (to: Node['outputs']): Node => ({ name, op: 'GlobalAveragePool', inputs, outputs: to, attributes: {} })
  if (attributes.keepdims !== 0) return [pool(outputs)]
  const between = [`${name}/pooled`]
  return [pool(between), { name: `${name}/Flatten`, op: 'Flatten', inputs: between, outputs, attributes: { axis: 1 } }]
}
