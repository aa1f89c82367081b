import { broadcastTo, zeros } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { broadcastShape, sumToShape } from './broadcast'
import { operand } from './operand'
import { defineOperator } from './operator'
import type { NodeContext, Shape } from './operator'

/**
 * Broadcasts to a constant shape (ONNX Expand-13). −1 stands for the batch, which is then that of the third input: ONNX's own form of it
 * computes the shape at run time (passes/patterns/lowered.ts).
 */
export const expandOperator = defineOperator({
  id: 'Expand',
  needs: 2,
  attributes: z.object({}),
  layout: 'plain',
  quantization: 'float',
  channels: 'mixed',
  mover: true,
  batchMark: -1,
  precision: 'follow',
  parameters: { 0: 'weight' },
  shape: (context) => [broadcastShape(context.node, context.shapes[0], targetOf(context))],
  forward: (context) => [broadcastTo(operand(context, 0, 'float32'), [...context.outputShapes[0]])],
  gradientReads: {},
  gradient: ({ dOutputs, physicalShapes }) => [
    sumToShape(dOutputs[0], physicalShapes[0]),
    undefined,
    ...physicalShapes.slice(2).map((shape) => zeros([...shape])),
  ],
})

function targetOf({ node, shapes, constant }: NodeContext<unknown, 2>): Shape {
  const shape = constant(1)
  if (shape) return Array.from(shape.data, (dim) => (dim === -1 ? (shapes[2]?.[0] ?? 1) : dim))
  throw new NNOptError('unsupported', `node '${node.name}' (Expand): expected a constant shape, got a computed one`, {
    node: node.name,
  })
}
