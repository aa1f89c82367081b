import { reshape } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { sizeOf } from '../graph/tensorData'
import { defineOperator } from './operator'
import type { NodeContext, Shape } from './operator'

const reshapeAttributes = z.object({ allowzero: z.number().int().default(0) })

/** Reshape to a constant shape: 0 copies the input's dimension, one −1 takes what is left (ONNX Reshape-14). */
export const reshapeOperator = defineOperator({
  id: 'Reshape',
  attributes: reshapeAttributes,
  layout: 'plain',
  quantization: 'passthrough',
  channels: 'reshape',
  mover: true,
  shapeInput: 1,
  precision: 'follow',
  shape: (context) => [targetShape(context)],
  forward: ({ inputs, outputShapes }) => [reshape(inputs[0], [...outputShapes[0]])],
  gradientReads: {},
  gradient: ({ dOutputs, physicalShapes }) => [reshape(dOutputs[0], [...physicalShapes[0]])],
})

function targetShape({ node, attributes, shapes, constant }: NodeContext<z.output<typeof reshapeAttributes>>): Shape {
  const wanted = constant(1)
  if (!wanted)
    throw new NNOptError(
      'unsupported',
      `node '${node.name}' (Reshape): expected a constant shape, got a computed one`,
      { node: node.name },
    )
  const shape = [...wanted.data].map((dim, axis) => (dim === 0 && attributes.allowzero === 0 ? shapes[0][axis]! : dim))
  const rest = sizeOf(shapes[0]) / Math.abs(sizeOf(shape))
  const target = shape.map((dim) => (dim === -1 ? rest : dim))
  if (sizeOf(target) === sizeOf(shapes[0]) && Number.isInteger(rest)) return target
  throw new NNOptError(
    'badInput',
    `node '${node.name}' (Reshape): [${shapes[0].join(', ')}] cannot become [${[...wanted.data].join(', ')}]`,
    { node: node.name },
  )
}
