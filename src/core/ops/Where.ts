import type { Tensor } from '@tensorflow/tfjs-core'
import { cast, logicalNot, mul, where } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { operand } from './operand'
import { defineOperator } from './operator'

/** The second operand where the condition holds, else the third (ONNX Where-16). */
export const whereOperator = defineOperator({
  id: 'Where',
  needs: 3,
  attributes: z.object({}),
  layout: 'plain',
  quantization: 'float',
  channels: 'mixed',
  shape: ({ node, shapes: [condition, a, b] }) => [broadcastShape(node, broadcastShape(node, condition, a), b)],
  forward: (context) => [
    where(operand(context, 0, 'bool'), operand(context, 1, 'float32'), operand(context, 2, 'float32')),
  ],
  gradientReads: { inputs: [0] },
  gradient: (context) => {
    const [condition, dy] = [operand(context, 0, 'bool'), context.dOutputs[0]]
    const passed = (index: number, mask: Tensor): Tensor | undefined =>
      context.wants(index) ? sumToShape(mul(dy, cast(mask, 'float32')), context.physicalShapes[index]!) : undefined
    return [undefined, passed(1, condition), passed(2, logicalNot(condition))]
  },
})
