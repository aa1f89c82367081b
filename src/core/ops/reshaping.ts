import { reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { NodeContext, Operator, Shape } from './operator'

/** An operator that only changes the shape. */
export function defineReshaping(id: string, shape: (context: NodeContext<unknown>) => Shape): Operator {
  return defineOperator<unknown>({
    id,
    attributes: z.object({}),
    layout: 'plain',
    quantization: 'passthrough',
    channels: 'reshape',
    mover: true,
    precision: 'follow',
    shape: (context) => [shape(context)],
    forward: ({ inputs, outputShapes }) => [reshape(inputs[0], [...outputShapes[0]])],
    gradientReads: {},
    gradient: ({ dOutputs, physicalShapes }) => [reshape(dOutputs[0], [...physicalShapes[0]])],
  })
}
