import { cast, clipByValue, greater, less, logicalAnd, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { relu6, relu6Gradient } from '../kernels/activations'
import { defineOperator } from './operator'
import type { Bounds, ConstantContext } from './facts'

/** Clamp to [min, max], both optional constant inputs (ONNX Clip-13). Clip(0, 6) is ReLU6. */
export const clipOperator = defineOperator({
  id: 'Clip',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'clamp',
  channels: 'same',
  transparent: true,
  follower: true,
  clamp: clipBounds,
  precision: 'follow',
  shape: ({ shapes }) => [shapes[0]],
  forward: (context) => {
    const x = context.inputs[0]
    const { min, max } = clipBounds(context)
    return [min === 0 && max === 6 ? relu6(x) : clipByValue(x, min, max)]
  },
  gradientReads: { outputs: [0] },
  gradient: (context) => {
    const [dy, y] = [context.dOutputs[0], context.outputs[0]]
    const { min, max } = clipBounds(context)
    return [
      min === 0 && max === 6
        ? relu6Gradient(dy, y)
        : mul(dy, cast(logicalAnd(greater(y, min), less(y, max)), 'float32')),
    ]
  },
})

/** An absent bound is infinite. */
function clipBounds({ constant }: ConstantContext<unknown>): Bounds {
  return { min: constant(1)?.data[0] ?? -Infinity, max: constant(2)?.data[0] ?? Infinity }
}
