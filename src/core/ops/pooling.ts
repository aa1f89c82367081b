import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import { pad } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import type { ConvSpec } from '../kernels/convSpec'
import type { NodeContext } from './operator'
import { resolveWindow, windowAttributes } from './spatial'
import type { Window } from './spatial'

/** Attributes shared by MaxPool and AveragePool. */
export const poolingAttributes = {
  ...windowAttributes,
  kernel_shape: z.array(z.number().int().positive()),
  ceil_mode: z.number().int().default(0),
}

interface Attributes {
  readonly auto_pad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID'
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  readonly kernel_shape: readonly number[]
  readonly ceil_mode: number
}

export const poolWindow = ({ node, attributes, shapes }: NodeContext<Attributes>): Window =>
  resolveWindow(node, attributes, shapes[0], attributes.kernel_shape, attributes.ceil_mode !== 0)

/** Padding by which every window fits, those of ceil_mode included: [top, left, bottom, right]. */
export function fittingPads(window: Window, height: number, width: number): ConvSpec['pads'] {
  const [top, left] = window.pads
  const end = (axis: 0 | 1, size: number, begin: number): number =>
    Math.max(
      0,
      (window.output[axis] - 1) * window.strides[axis] +
        window.dilations[axis] * (window.kernel[axis] - 1) +
        1 -
        size -
        begin,
    )
  return [top, left, end(0, height, top), end(1, width, left)]
}

/** x [n, h, w, c] with `value` around it; x itself when nothing is padded. */
export function padPlane(x: Tensor, [top, left, bottom, right]: ConvSpec['pads'], value: number): Tensor4D {
  return (
    top + left + bottom + right === 0
      ? x
      : pad(
          x,
          [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ],
          value,
        )
  ) as Tensor4D
}
