import type { Tensor } from '@tensorflow/tfjs-core'
import { reshape, tensor2d, transpose } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { matMul } from '../kernels/matMul'
import { coordinateModes, nearestModes, resizeMatrix } from '../kernels/resizeMatrix'
import { defineOperator } from './operator'
import type { ExecutionContext, NodeContext, Shape } from './operator'

const attributes = z.object({
  mode: z.enum(['nearest', 'linear', 'cubic']).default('nearest'),
  coordinate_transformation_mode: z.enum(coordinateModes).default('half_pixel'),
  nearest_mode: z.enum(nearestModes).default('round_prefer_floor'),
  cubic_coeff_a: z.number().default(-0.75),
  exclude_outside: z.number().int().default(0),
  extrapolation_value: z.number().default(0),
})

type Attributes = z.output<typeof attributes>

/** Interpolation along any axes, by constant scales or sizes (ONNX Resize-13). One matrix product an axis, whatever the mode. */
export const resizeOperator = defineOperator({
  id: 'Resize',
  attributes,
  layout: 'follow',
  quantization: ({ attributes: { mode } }) =>
    mode === 'cubic' ? { reason: 'onnxruntime has no cubic interpolation in int8' } : 'passthrough',
  channels: 'window',
  transparent: true,
  batchMark: 0,
  precision: 'follow',
  shape: (context) => [resizedAxes(context).map(({ output }) => output)],
  forward: (context) => [alongAxes(context, context.inputs[0], false)],
  gradientReads: {},
  gradient: (context) => [alongAxes(context, context.dOutputs[0], true)],
})

interface ResizedAxis {
  readonly input: number
  readonly output: number
  readonly scale: number
}

function resizedAxes({ node, shapes: [x], constant }: NodeContext<Attributes>): readonly ResizedAxis[] {
  const [scales, sizes] = [constant(2), constant(3)]
  const given = sizes?.data.length ? sizes.data : scales?.data
  if (given?.length !== x.length)
    throw new NNOptError(
      'unsupported',
      `node '${node.name}' (Resize): expected ${x.length} constant scales or sizes, got ${given ? given.length : 'computed ones'}`,
      { node: node.name },
    )
  return x.map((input, axis) => {
    const value = given[axis] ?? 1
    if (!sizes?.data.length) return { input, output: Math.floor(input * value), scale: value }
    // 0 keeps the axis, whose size is free.
    const output = value === 0 ? input : value
    return { input, output, scale: output / input }
  })
}

function alongAxes(context: ExecutionContext<Attributes>, x: Tensor, backwards: boolean): Tensor {
  return resizedAxes(context).reduce((current, { input, output, scale }, axis) => {
    if (input === output && scale === 1) return current
    const matrix = tensor2d(resizeMatrix(input, output, scale, context.attributes), [output, input])
    return alongAxis(current, context.axisOf(axis, context.shapes[0].length), matrix, backwards)
  }, x.clone())
}

/** Multiplies an axis by a matrix [output, input], or by its transpose. */
function alongAxis(x: Tensor, axis: number, matrix: Tensor, transposed: boolean): Tensor {
  const last = x.rank - 1
  const order = x.shape.map((_, at) => (at === axis ? last : at === last ? axis : at))
  const moved = axis === last ? x : transpose(x, order)
  const rows = reshape(moved, [-1, moved.shape[last] ?? 1])
  const shape: Shape = [...moved.shape.slice(0, -1), matrix.shape[transposed ? 1 : 0] ?? 1]
  const product = reshape(matMul(rows, matrix, false, !transposed), [...shape])
  return axis === last ? product : transpose(product, order)
}
