import {
  add,
  clipByValue,
  div,
  greaterEqual,
  lessEqual,
  logicalAnd,
  mul,
  reshape,
  round,
  sub,
  tidy,
  zerosLike,
  where,
  type Tensor,
} from '@tensorflow/tfjs-core'
import { NNOptError } from '../../shared/errors'
import { runNativeSingle } from './native'

/**
 * Quantize and dequantize in float: (clamp(round(x / scale) + zeroPoint, qmin, qmax) − zeroPoint) · scale, ties to even as in onnxruntime.
 * x of any shape; scale and zeroPoint (float tensors of whole numbers) scalars or [x.shape[axis]]; `axis` the last one when it is left out.
 */
export function fakeQuant(
  x: Tensor,
  scale: Tensor,
  zeroPoint: Tensor,
  qmin: number,
  qmax: number,
  axis?: number,
): Tensor {
  const grid = align(x, scale, zeroPoint, axis)
  return tidy(() => native('fakeQuant', { x }, grid, qmin, qmax) ?? referenceForward(x, grid, qmin, qmax))
}

/** Straight-through gradient of fakeQuant: dy where the integer of x lies inside qmin..qmax, 0 where it is clipped (Bengio et al. 2013). */
export function fakeQuantGradient(
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  zeroPoint: Tensor,
  qmin: number,
  qmax: number,
  axis?: number,
): Tensor {
  const grid = align(x, scale, zeroPoint, axis)
  return tidy(
    () => native('fakeQuantGradient', { dy, x }, grid, qmin, qmax) ?? referenceGradient(dy, x, grid, qmin, qmax),
  )
}

interface Grid {
  readonly scale: Tensor
  readonly zeroPoint: Tensor
  /** What scale and zeroPoint look like beside x. */
  readonly shape: readonly number[]
  /** Whether an element's channel is its index modulo the number of channels. */
  readonly channelLast: boolean
}

function align(x: Tensor, scale: Tensor, zeroPoint: Tensor, axis: number = x.rank - 1): Grid {
  if (scale.size === 1) return { scale, zeroPoint, shape: [], channelLast: true }
  if (scale.size !== x.shape[axis] || zeroPoint.size !== scale.size) {
    throw new NNOptError(
      'internal',
      `fakeQuant: expected scale and zero point of [${x.shape[axis] ?? 0}] for axis ${axis} of [${x.shape.join(', ')}], got ${scale.size} and ${zeroPoint.size}`,
    )
  }
  const shape = x.shape.map((size, index) => (index === axis ? size : 1))
  return { scale, zeroPoint, shape, channelLast: x.shape.slice(axis + 1).every((size) => size === 1) }
}

function native(
  kernel: 'fakeQuant' | 'fakeQuantGradient',
  inputs: Readonly<Record<string, Tensor>>,
  grid: Grid,
  qmin: number,
  qmax: number,
): Tensor | undefined {
  if (!grid.channelLast) return undefined
  return runNativeSingle(kernel, { ...inputs, scale: grid.scale, zeroPoint: grid.zeroPoint }, { qmin, qmax })
}

/** round(x / scale) + zeroPoint, before it is clipped. */
function integers(x: Tensor, { scale, zeroPoint, shape }: Grid): Tensor {
  return add(round(div(x, reshape(scale, [...shape]))), reshape(zeroPoint, [...shape]))
}

function referenceForward(x: Tensor, grid: Grid, qmin: number, qmax: number): Tensor {
  const clipped = clipByValue(integers(x, grid), qmin, qmax)
  return mul(sub(clipped, reshape(grid.zeroPoint, [...grid.shape])), reshape(grid.scale, [...grid.shape]))
}

function referenceGradient(dy: Tensor, x: Tensor, grid: Grid, qmin: number, qmax: number): Tensor {
  const q = integers(x, grid)
  return where(logicalAnd(greaterEqual(q, qmin), lessEqual(q, qmax)), dy, zerosLike(dy))
}
