import {
  conv2d as tfConv2d,
  conv2dTranspose,
  reshape,
  stack,
  tidy,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core'
import {
  cropGradient,
  explicitPads,
  gatherFilter,
  isDilated,
  isPointwise,
  padInput,
  paddedShape,
  shape4,
  spreadFilter,
  spreadFilterShape,
  tapView,
  withoutDilation,
  type ConvSpec,
} from './convSpec'
import { matMul } from './matMul'
import { runNativeSingle } from './native'

/** Rows of channels: [.., c] → [positions, c]. */
const rows = (x: Tensor): Tensor => reshape(x, [-1, x.shape[x.rank - 1] ?? 1])

const matrix = (filter: Tensor): Tensor => reshape(filter, [-1, filter.shape[3] ?? 1])

const attributesOf = (spec: ConvSpec): { strides: number[]; pads: number[] } => ({
  strides: [...spec.strides],
  pads: [...spec.pads],
})

/** Convolution: x [n, h, w, c], filter [kh, kw, c, o] → [n, oh, ow, o]. */
export function conv2d(x: Tensor, filter: Tensor, spec: ConvSpec): Tensor {
  if (isPointwise(filter.shape, spec))
    return (
      runNativeSingle('pointwiseConv2d', { x, filter }) ??
      tidy(() => reshape(matMul(rows(x), matrix(filter)), [...x.shape.slice(0, 3), filter.shape[3] ?? 1]))
    )
  if (isDilated(spec)) return tidy(() => conv2d(x, spreadFilter(filter, spec), withoutDilation(spec)))
  return (
    runNativeSingle('conv2d', { x, filter }, attributesOf(spec)) ??
    tfConv2d(x as Tensor4D, filter as Tensor4D, [...spec.strides], explicitPads(spec))
  )
}

/** Gradient of conv2d by its input: dy [n, oh, ow, o], filter [kh, kw, c, o] → xShape. */
export function conv2dInputGradient(dy: Tensor, filter: Tensor, xShape: readonly number[], spec: ConvSpec): Tensor {
  if (isPointwise(filter.shape, spec))
    return (
      runNativeSingle('pointwiseConv2dInputGradient', { dy, filter }) ??
      tidy(() => reshape(matMul(rows(dy), matrix(filter), false, true), [...xShape]))
    )
  if (isDilated(spec))
    return tidy(() => conv2dInputGradient(dy, spreadFilter(filter, spec), xShape, withoutDilation(spec)))
  return (
    runNativeSingle('conv2dInputGradient', { dy, filter }, { ...attributesOf(spec), xShape: [...xShape] }) ??
    tidy(() => cropGradient(transposed(dy, filter, xShape, spec), xShape, spec))
  )
}

function transposed(dy: Tensor, filter: Tensor, xShape: readonly number[], spec: ConvSpec): Tensor {
  return conv2dTranspose(dy as Tensor4D, filter as Tensor4D, paddedShape(xShape, spec), [...spec.strides], 'valid')
}

/** Gradient of conv2d by its filter: x [n, h, w, c], dy [n, oh, ow, o] → filterShape [kh, kw, c, o]. */
export function conv2dFilterGradient(x: Tensor, dy: Tensor, filterShape: readonly number[], spec: ConvSpec): Tensor {
  if (isPointwise(filterShape, spec))
    return (
      runNativeSingle('pointwiseConv2dFilterGradient', { x, dy }) ??
      tidy(() => reshape(matMul(rows(x), rows(dy), true), [...filterShape]))
    )
  if (isDilated(spec))
    return tidy(() =>
      gatherFilter(conv2dFilterGradient(x, dy, spreadFilterShape(filterShape, spec), withoutDilation(spec)), spec),
    )
  return (
    runNativeSingle('conv2dFilterGradient', { x, dy }, { ...attributesOf(spec), filterShape: [...filterShape] }) ??
    tidy(() => filterGradientByTaps(x, dy, filterShape, spec))
  )
}

/** One matrix product a filter position: works on every backend, fast for none. */
function filterGradientByTaps(x: Tensor, dy: Tensor, filterShape: readonly number[], spec: ConvSpec): Tensor {
  const [kh, kw] = shape4(filterShape, 'conv2dFilterGradient')
  const [, oh, ow] = shape4(dy.shape, 'conv2dFilterGradient')
  const padded = padInput(x, spec)
  const gradients = rows(dy)
  const taps = Array.from({ length: kh * kw }, (_, tap) =>
    matMul(rows(tapView(padded, Math.floor(tap / kw), tap % kw, oh, ow, spec)), gradients, true),
  )
  return reshape(stack(taps), [...filterShape])
}
