import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineOperator } from './operator'
import type { Operator } from './operator'

/** An operator of already quantized models: imported and exported as it is, computed by onnxruntime alone. */
export const defineInferenceOnly = (id: string): Operator =>
  defineOperator({
    id,
    needs: 2,
    attributes: z.object({ axis: z.number().int().default(1) }),
    layout: 'follow',
    quantization: 'float',
    channels: 'mixed',
    shape: ({ shapes }) => [shapes[0]],
    forward: ({ node }) => {
      throw new NNOptError(
        'unsupported',
        `node '${node.name}' (${id}): quantized models run in onnxruntime only; train or modify the fp32 version it was made from`,
        { node: node.name },
      )
    },
  })
