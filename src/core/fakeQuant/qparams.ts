import { NNOptError } from '../../shared/errors'
import type { QParams } from '../graph/graph'
import { symmetricZero } from './grid'
import type { Grid } from './grid'
import { absoluteMaximum, withZero } from './range'
import type { Range } from './range'
import { clamp, roundHalfToEven } from './round'

/** Below this a bias scale, which is the product of two scales, would no longer be a normal float32 number. */
export const smallestScale = 2 ** -60

/** scale and zeroPoint of one slice. */
export interface SliceQParams {
  readonly scale: number
  readonly zeroPoint: number
}

/**
 * The finest scale whose grid covers the range and has an integer for zero.
 * A range of zeros only gets scale 1. Source: Jacob et al., 2018; ONNX QuantizeLinear.
 */
export function sliceQParams(range: Range, grid: Grid): SliceQParams {
  if (!Number.isFinite(range.min) || !Number.isFinite(range.max) || range.min > range.max) {
    throw new NNOptError('internal', `range [${range.min}, ${range.max}]: expected finite bounds in order`)
  }
  return grid.scheme === 'symmetric' ? symmetricQParams(range, grid) : affineQParams(withZero(range), grid)
}

function symmetricQParams(range: Range, grid: Grid): SliceQParams {
  const zeroPoint = symmetricZero(grid)
  return { scale: guardedScale(absoluteMaximum(range) / (grid.qmax - zeroPoint)), zeroPoint }
}

function affineQParams({ min, max }: Range, { qmin, qmax }: Grid): SliceQParams {
  const scale = guardedScale((max - min) / (qmax - qmin))
  return { scale, zeroPoint: clamp(roundHalfToEven(qmin - min / scale), qmin, qmax) }
}

const guardedScale = (scale: number): number => (scale === 0 ? 1 : Math.fround(Math.max(scale, smallestScale)))

/** Parameters of a whole tensor. */
export const tensorQParams = (range: Range, grid: Grid): QParams => packQParams([sliceQParams(range, grid)], grid)

/** Parameters of the slices along an axis (ONNX order). */
export const channelQParams = (ranges: readonly Range[], grid: Grid, axis: number): QParams => ({
  ...packQParams(
    ranges.map((range) => sliceQParams(range, grid)),
    grid,
  ),
  axis,
})

const packQParams = (slices: readonly SliceQParams[], { dtype, qmin, qmax }: Grid): QParams => ({
  dtype,
  qmin,
  qmax,
  scale: Float32Array.from(slices, ({ scale }) => scale),
  zeroPoint: Int32Array.from(slices, ({ zeroPoint }) => zeroPoint),
})

/** Real values at the ends of the grid of one slice. */
export const representableRange = ({ scale, zeroPoint, qmin, qmax }: QParams, slice = 0): Range => ({
  min: Math.fround((qmin - zeroPoint[slice]!) * scale[slice]!),
  max: Math.fround((qmax - zeroPoint[slice]!) * scale[slice]!),
})
