import type { Tensor } from '@tensorflow/tfjs-core'
import { reshape, transpose } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from '../ops/operator'
import type { Operator, Shape } from '../ops/operator'

/** NCHW position of each NHWC axis. */
const toChannelsLastAxes = [0, 2, 3, 1]
/** NHWC position of each NCHW axis. */
const toPlainAxes = [0, 3, 1, 2]

export const physicalShape = (shape: Shape, channelsLast: boolean): Shape =>
  channelsLast && shape.length === 4 ? toChannelsLastAxes.map((axis) => shape[axis]!) : shape

/** The physical axis of a logical one. */
export function physicalAxis(axis: number, rank: number, channelsLast: boolean): number {
  const positive = axis < 0 ? axis + rank : axis
  return channelsLast && rank === 4 ? toPlainAxes[positive]! : positive
}

/** The internal operators by which the plan moves a value between layouts. */
export const layoutChange: Readonly<Record<'channelsLast' | 'plain', Operator>> = {
  channelsLast: layoutOperator('ToChannelsLast', toChannelsLastAxes, toPlainAxes),
  plain: layoutOperator('ToPlain', toPlainAxes, toChannelsLastAxes),
}

function layoutOperator(id: string, forward: readonly number[], backward: readonly number[]): Operator {
  return defineOperator({
    id,
    attributes: z.object({}),
    layout: 'plain',
    quantization: 'passthrough',
    channels: 'same',
    precision: 'follow',
    shape: ({ shapes }) => [shapes[0]!],
    forward: ({ inputs }) => [permute(inputs[0] as Tensor, forward)],
    gradientReads: {},
    gradient: ({ dOutputs }) => [permute(dOutputs[0] as Tensor, backward)],
  })
}

/** Moving axes of size 1 leaves the numbers in place, so a reshape does. */
function permute(x: Tensor, axes: readonly number[]): Tensor {
  const shape = axes.map((axis) => x.shape[axis]!)
  const large = axes.filter((axis) => x.shape[axis]! > 1)
  const ordered = large.every((axis, index) => index === 0 || axis > large[index - 1]!)
  return ordered ? reshape(x, shape) : transpose(x, [...axes])
}
