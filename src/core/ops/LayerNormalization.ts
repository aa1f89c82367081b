import { add, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { normalize, normalizeGradient } from '../kernels/normalize'
import { sumToShape } from './broadcast'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const attributes = z.object({
  axis: z.number().int().default(-1),
  epsilon: z.number().default(1e-5),
  stash_type: z.literal(1).default(1),
})

type Context = NodeContext<z.output<typeof attributes>, 2>

/** Mean 0 and variance 1 over the axes from `axis` on, then scale and shift (Ba et al., 2016; ONNX LayerNormalization-17). */
export const layerNormalizationOperator = defineOperator({
  id: 'LayerNormalization',
  needs: 2,
  attributes,
  layout: 'plain',
  quantization: () => ({ reason: 'a normalization over features loses much in int8' }),
  channels: 'normalization',
  follower: true,
  parameters: { 1: 'scale', 2: 'shift' },
  shape: ({ shapes }) => [shapes[0]],
  forward: (context) => {
    const [x, scale, shift] = context.inputs
    const scaled = mul(normalize(x, normalizedAxes(context), context.attributes.epsilon).normal, scale)
    return [shift ? add(scaled, shift) : scaled]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    const [[x, scale], dy] = [context.inputs, context.dOutputs[0]]
    const axes = normalizedAxes(context)
    const normalized = normalize(x, axes, context.attributes.epsilon)
    return [
      context.wants(0) ? normalizeGradient(mul(dy, scale), normalized, axes) : undefined,
      context.wants(1) ? sumToShape(mul(dy, normalized.normal), context.shapes[1]) : undefined,
      context.node.inputs[2] && context.wants(2) ? sumToShape(dy, context.shapes[2]!) : undefined,
    ]
  },
})

function normalizedAxes({ attributes: { axis }, shapes: [x] }: Context): number[] {
  const first = axis < 0 ? axis + x.length : axis
  return x.flatMap((_, at) => (at >= first ? [at] : []))
}
