import type { Tensor } from '@tensorflow/tfjs-core'
import { log, mul, pow, scalar, square, sub } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { broadcastShape, sumToShape } from './broadcast'
import { defineOperator } from './operator'
import type { ExecutionContext } from './operator'

/** x to the power of y (ONNX Pow-15). */
export const powOperator = defineOperator({
  id: 'Pow',
  needs: 2,
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'float',
  channels: 'elementwise',
  manyOperands: true,
  shape: ({ node, shapes }) => [broadcastShape(node, shapes[0], shapes[1])],
  forward: (context) => {
    const [x, y] = operands(context, context.inputs)
    return [isSquare(context) ? square(x) : pow(x, y)]
  },
  gradientReads: { inputs: [0, 1], outputs: [0] },
  gradient: (context) => {
    const [x, y] = operands(context, context.inputs)
    const [dy, result] = [context.dOutputs[0], context.outputs[0]]
    const slope = isSquare(context) ? mul(x, 2) : mul(y, pow(x, sub(y, 1)))
    return [
      context.wants(0) ? sumToShape(mul(dy, slope), context.physicalShapes[0]) : undefined,
      context.wants(1) ? sumToShape(mul(dy, mul(result, log(x))), context.physicalShapes[1]) : undefined,
    ]
  },
})

/** Exporters write integer exponents too. */
function operands(
  context: ExecutionContext<unknown, 2>,
  inputs: readonly (Tensor | undefined)[],
): readonly [Tensor, Tensor] {
  return [inputs[0]!, inputs[1] ?? scalar(Number(context.constant(1)?.data[0]))]
}

function isSquare({ constant }: ExecutionContext<unknown, 2>): boolean {
  const exponent = constant(1)
  return exponent?.data.length === 1 && exponent.data[0] === 2
}
