import {
  concat,
  pad,
  reshape,
  slice,
  stridedSlice,
  tidy,
  zeros,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core'

/** Geometry of a convolution as ONNX writes it; `pads` are explicit and may be asymmetric. */
export interface ConvSpec {
  readonly strides: readonly [height: number, width: number]
  readonly dilations: readonly [height: number, width: number]
  readonly pads: readonly [top: number, left: number, bottom: number, right: number]
}

type Shape4 = [number, number, number, number]

/** A shape of rank 4, checked. */
export function shape4(shape: readonly number[], where: string): Shape4 {
  const [a, b, c, d] = shape
  if (a === undefined || b === undefined || c === undefined || d === undefined || shape.length !== 4) {
    throw new TypeError(`${where}: expected rank 4, got [${shape.join(', ')}]`)
  }
  return [a, b, c, d]
}

/** Whether the convolution is a matrix product over positions. */
export function isPointwise(filterShape: readonly number[], spec: ConvSpec): boolean {
  return filterShape[0] === 1 && filterShape[1] === 1 && spec.strides.every((stride) => stride === 1) && !isPadded(spec)
}

const isPadded = (spec: ConvSpec): boolean => spec.pads.some((size) => size !== 0)

/** tfjs' explicit padding of an NHWC tensor. */
export function explicitPads({
  pads: [top, left, bottom, right],
}: ConvSpec): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
}

/** x [n, h, w, c] with zeros around it; x itself when nothing is padded. */
export function padInput(x: Tensor, spec: ConvSpec): Tensor {
  return isPadded(spec) ? pad(x, explicitPads(spec)) : x
}

/** The inside of a padded gradient, of shape xShape. */
export function cropGradient(padded: Tensor, xShape: readonly number[], spec: ConvSpec): Tensor {
  return slice(padded, [0, spec.pads[0], spec.pads[1], 0], [...xShape])
}

/** Shape of x after padding. */
export function paddedShape(xShape: readonly number[], { pads: [top, left, bottom, right] }: ConvSpec): Shape4 {
  const [n, h, w, c] = shape4(xShape, 'paddedShape')
  return [n, h + top + bottom, w + left + right, c]
}

export const isDilated = (spec: ConvSpec): boolean => spec.dilations.some((dilation) => dilation !== 1)

/** The same geometry for a filter that spreadFilter has widened. */
export const withoutDilation = (spec: ConvSpec): ConvSpec => ({ ...spec, dilations: [1, 1] })

/** Size of an axis of length `size` after spreading by `step`: (size − 1) · step + 1. */
const spreadSize = (size: number, step: number): number => (size - 1) * step + 1

/** Inserts step − 1 zeros between neighbours of one axis. */
export function spreadAxis(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x
  return tidy(() => {
    const unit = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]
    const gaps = unit.map((size, index) => (index === axis + 1 ? step - 1 : size))
    const spread = x.shape.map((size, index) => (index === axis ? size * step : size))
    const full = reshape(concat([reshape(x, unit), zeros(gaps)], axis + 1), spread)
    return slice(
      full,
      x.shape.map(() => 0),
      spread.map((size, index) => (index === axis ? size - step + 1 : size)),
    )
  })
}

/** Filter [kh, kw, ..] with zeros in the holes of its dilation: no backend has gradients of dilated filters. */
export function spreadFilter(filter: Tensor, { dilations: [height, width] }: ConvSpec): Tensor {
  return spreadAxis(spreadAxis(filter, 0, height), 1, width)
}

/** Shape of spreadFilter's result. */
export function spreadFilterShape(filterShape: readonly number[], { dilations: [height, width] }: ConvSpec): Shape4 {
  const [kh, kw, c, o] = shape4(filterShape, 'spreadFilterShape')
  return [spreadSize(kh, height), spreadSize(kw, width), c, o]
}

/** The inverse of spreadFilter, for its gradient. */
export function gatherFilter(spread: Tensor, { dilations: [height, width] }: ConvSpec): Tensor {
  return stridedSlice(spread, [0, 0, 0, 0], spread.shape, [height, width, 1, 1])
}

/** What tap (row, column) of a filter reads: x [n, h, w, c] → [n, outHeight, outWidth, c]; x is padded already. */
export function tapView(
  x: Tensor,
  row: number,
  column: number,
  outHeight: number,
  outWidth: number,
  spec: ConvSpec,
): Tensor4D {
  const [n, , , c] = shape4(x.shape, 'tapView')
  const [strideH, strideW] = spec.strides
  const end = [n, row + spreadSize(outHeight, strideH), column + spreadSize(outWidth, strideW), c]
  return stridedSlice(x, [0, row, column, 0], end, [1, strideH, strideW, 1]) as Tensor4D
}
