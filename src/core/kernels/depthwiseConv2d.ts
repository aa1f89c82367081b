import {
  add,
  depthwiseConv2d as tfDepthwise,
  mul,
  pad,
  reshape,
  slice,
  stack,
  stridedSlice,
  sum,
  tidy,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core'
import {
  cropGradient,
  explicitPads,
  gatherFilter,
  isDilated,
  padInput,
  paddedShape,
  shape4,
  spreadAxis,
  spreadFilter,
  spreadFilterShape,
  tapView,
  withoutDilation,
  type ConvSpec,
} from './convSpec'
import { runNativeSingle } from './native'

const attributesOf = (spec: ConvSpec): { strides: number[]; pads: number[] } => ({
  strides: [...spec.strides],
  pads: [...spec.pads],
})

/** TensorFlow wants equal strides: the larger geometry is computed densely and thinned out. */
const isUneven = (spec: ConvSpec): boolean => spec.strides[0] !== spec.strides[1]
const dense = (spec: ConvSpec): ConvSpec => ({ ...spec, strides: [1, 1] })

/** Depthwise convolution: x [n, h, w, c], filter [kh, kw, c, m] → [n, oh, ow, c · m]. */
export function depthwiseConv2d(x: Tensor, filter: Tensor, spec: ConvSpec): Tensor {
  if (isDilated(spec)) return tidy(() => depthwiseConv2d(x, spreadFilter(filter, spec), withoutDilation(spec)))
  if (isUneven(spec)) return tidy(() => thinOut(depthwiseConv2d(x, filter, dense(spec)), spec))
  return (
    runNativeSingle('depthwiseConv2d', { x, filter }, attributesOf(spec)) ??
    tfDepthwise(x as Tensor4D, filter as Tensor4D, [...spec.strides], explicitPads(spec))
  )
}

const thinOut = (y: Tensor, { strides }: ConvSpec): Tensor => stridedSlice(y, [0, 0, 0, 0], y.shape, [1, ...strides, 1])

/** Gradient of depthwiseConv2d by its input: dy [n, oh, ow, c · m], filter [kh, kw, c, m] → xShape. */
export function depthwiseConv2dInputGradient(
  dy: Tensor,
  filter: Tensor,
  xShape: readonly number[],
  spec: ConvSpec,
): Tensor {
  if (isDilated(spec))
    return tidy(() => depthwiseConv2dInputGradient(dy, spreadFilter(filter, spec), xShape, withoutDilation(spec)))
  if (isUneven(spec))
    return tidy(() => depthwiseConv2dInputGradient(fillIn(dy, filter.shape, xShape, spec), filter, xShape, dense(spec)))
  return (
    runNativeSingle('depthwiseConv2dInputGradient', { dy, filter }, { ...attributesOf(spec), xShape: [...xShape] }) ??
    tidy(() => cropGradient(inputGradientByTaps(dy, filter, paddedShape(xShape, spec), spec), xShape, spec))
  )
}

/** The inverse of thinOut: zeros where the dense convolution had outputs that the strided one skips. */
function fillIn(dy: Tensor, filterShape: readonly number[], xShape: readonly number[], spec: ConvSpec): Tensor {
  const [, h, w] = paddedShape(xShape, spec)
  const [kh, kw] = shape4(filterShape, 'depthwiseConv2d')
  return grow(spreadAxis(spreadAxis(dy, 1, spec.strides[0]), 2, spec.strides[1]), 0, 0, h - kh + 1, w - kw + 1)
}

/** x placed at (row, column) of an [n, height, width, c] tensor of zeros. */
function grow(x: Tensor, row: number, column: number, height: number, width: number): Tensor {
  const [, h, w] = shape4(x.shape, 'depthwiseConv2d')
  return pad(x, [
    [0, 0],
    [row, height - row - h],
    [column, width - column - w],
    [0, 0],
  ])
}

function inputGradientByTaps(dy: Tensor, filter: Tensor, padded: readonly number[], spec: ConvSpec): Tensor {
  const [kh, kw, c, m] = shape4(filter.shape, 'depthwiseConv2d')
  const [n, h, w] = shape4(padded, 'depthwiseConv2d')
  const spread = spreadAxis(spreadAxis(dy, 1, spec.strides[0]), 2, spec.strides[1])
  const [, oh, ow] = shape4(spread.shape, 'depthwiseConv2d')
  const tap = (row: number, column: number): Tensor => {
    const weights = reshape(slice(filter, [row, column, 0, 0], [1, 1, c, m]), [c * m])
    const products = reshape(mul(spread, weights), [n, oh, ow, c, m])
    return grow(reshape(sum(products, 4), [n, oh, ow, c]), row, column, h, w)
  }
  return Array.from({ length: kh * kw }, (_, index) => tap(Math.floor(index / kw), index % kw)).reduce((total, term) =>
    add(total, term),
  )
}

/** Gradient of depthwiseConv2d by its filter: x [n, h, w, c], dy [n, oh, ow, c · m] → filterShape [kh, kw, c, m]. */
export function depthwiseConv2dFilterGradient(
  x: Tensor,
  dy: Tensor,
  filterShape: readonly number[],
  spec: ConvSpec,
): Tensor {
  if (isDilated(spec))
    return tidy(() =>
      gatherFilter(
        depthwiseConv2dFilterGradient(x, dy, spreadFilterShape(filterShape, spec), withoutDilation(spec)),
        spec,
      ),
    )
  if (isUneven(spec))
    return tidy(() =>
      depthwiseConv2dFilterGradient(x, fillIn(dy, filterShape, x.shape, spec), filterShape, dense(spec)),
    )
  return (
    runNativeSingle(
      'depthwiseConv2dFilterGradient',
      { x, dy },
      { ...attributesOf(spec), filterShape: [...filterShape] },
    ) ?? tidy(() => filterGradientByTaps(x, dy, filterShape, spec))
  )
}

function filterGradientByTaps(x: Tensor, dy: Tensor, filterShape: readonly number[], spec: ConvSpec): Tensor {
  const [kh, kw, c, m] = shape4(filterShape, 'depthwiseConv2d')
  const [n, oh, ow] = shape4(dy.shape, 'depthwiseConv2d')
  const padded = padInput(x, spec)
  const gradients = reshape(dy, [n, oh, ow, c, m])
  const tap = (row: number, column: number): Tensor =>
    sum(mul(reshape(tapView(padded, row, column, oh, ow, spec), [n, oh, ow, c, 1]), gradients), [0, 1, 2])
  return reshape(stack(Array.from({ length: kh * kw }, (_, index) => tap(Math.floor(index / kw), index % kw))), [
    ...filterShape,
  ])
}
