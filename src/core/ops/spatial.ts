import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import type { Shape } from './operator'

/** Attributes shared by convolution and pooling (ONNX Conv, MaxPool, AveragePool). */
export const windowAttributes = {
  auto_pad: z.enum(['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']).default('NOTSET'),
  strides: z.array(z.number().int().positive()).default([1, 1]),
  dilations: z.array(z.number().int().positive()).default([1, 1]),
  pads: z.array(z.number().int().nonnegative()).default([0, 0, 0, 0]),
}

export interface WindowAttributes {
  readonly auto_pad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID'
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

type Pair = readonly [number, number]

/** A sliding window with its padding resolved; pads are [top, left, bottom, right]. */
export interface Window {
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilations: Pair
  readonly pads: readonly [number, number, number, number]
  readonly output: Pair
}

const pairOf = (values: readonly number[]): Pair => [values[0]!, values[1]!]

/** Resolves auto_pad and computes the output size as ONNX's Conv and pooling specify; `input` is [N, C, H, W]. */
export function resolveWindow(
  node: Node,
  attributes: WindowAttributes,
  input: Shape,
  kernelShape: readonly number[],
  ceilMode = false,
): Window {
  if (input.length !== 4 || kernelShape.length !== 2) {
    throw new NNOptError(
      'unsupported',
      `node '${node.name}' (${node.op}): expected a 2-d window over [N, C, H, W], got input [${input.join(', ')}] and kernel [${kernelShape.join(', ')}]`,
      { node: node.name },
    )
  }
  const [kernel, strides, dilations] = [pairOf(kernelShape), pairOf(attributes.strides), pairOf(attributes.dilations)]
  const extent: Pair = [dilations[0] * (kernel[0] - 1) + 1, dilations[1] * (kernel[1] - 1) + 1]
  const size: Pair = [input[2]!, input[3]!]
  const rows = padding(attributes, 0, size[0], extent[0], strides[0])
  const columns = padding(attributes, 1, size[1], extent[1], strides[1])
  const output: Pair = [
    outputSize(size[0], extent[0], strides[0], rows, ceilMode),
    outputSize(size[1], extent[1], strides[1], columns, ceilMode),
  ]
  if (output[0] < 1 || output[1] < 1) {
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (${node.op}): a window of ${extent.join('×')} does not fit its input of ${size.join('×')}; use a larger image`,
      { node: node.name },
    )
  }
  return { kernel, strides, dilations, pads: [rows[0], columns[0], rows[1], columns[1]], output }
}

function padding(attributes: WindowAttributes, axis: 0 | 1, size: number, extent: number, stride: number): Pair {
  if (attributes.auto_pad === 'NOTSET') return [attributes.pads[axis]!, attributes.pads[axis + 2]!]
  if (attributes.auto_pad === 'VALID') return [0, 0]
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size)
  const small = Math.floor(total / 2)
  return attributes.auto_pad === 'SAME_UPPER' ? [small, total - small] : [total - small, small]
}

function outputSize(size: number, extent: number, stride: number, [begin, end]: Pair, ceilMode: boolean): number {
  const steps = (size + begin + end - extent) / stride
  if (!ceilMode) return Math.floor(steps) + 1
  const rounded = Math.ceil(steps) + 1
  // A window must start inside the input or its leading padding (ONNX and PyTorch drop one that starts in the trailing padding).
  return (rounded - 1) * stride >= size + begin ? rounded - 1 : rounded
}
