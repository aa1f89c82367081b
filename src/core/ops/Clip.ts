import type { Tensor } from '@tensorflow/tfjs-core'
import { cast, clipByValue, greater, less, logicalAnd, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { relu6, relu6Gradient } from '../kernels/activations'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

/** Clamp to [min, max], both optional constant inputs (ONNX Clip-13). Clip(0, 6) is ReLU6. */
export const clipOperator = defineOperator({
  id: 'Clip',
  attributes: z.object({}),
  layout: 'follow',
  quantization: 'clamp',
  channels: 'same',
  precision: 'follow',
  shape: ({ shapes }) => [shapes[0]],
  forward: (context) => {
    const x = context.inputs[0] as Tensor
    const { min, max } = clipBounds(context)
    return [min === 0 && max === 6 ? relu6(x) : clipByValue(x, min, max)]
  },
  gradientReads: { outputs: [0] },
  gradient: (context) => {
    const [dy, y] = [context.dOutputs[0] as Tensor, context.outputs[0] as Tensor]
    const { min, max } = clipBounds(context)
    return [
      min === 0 && max === 6
        ? relu6Gradient(dy, y)
        : mul(dy, cast(logicalAnd(greater(y, min), less(y, max)), 'float32')),
    ]
  },
})

/** The bounds of a Clip node; an absent one is infinite. */
export const clipBounds = (
  context: Pick<NodeContext<unknown>, 'constant'>,
): { readonly min: number; readonly max: number } => ({
  min: context.constant(1)?.data[0] ?? -Infinity,
  max: context.constant(2)?.data[0] ?? Infinity,
})
