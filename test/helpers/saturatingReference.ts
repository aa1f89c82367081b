import type { Node } from '../../src/core/graph/graph'
import { roundHalfToEven } from '../../src/core/fakeQuant/round'
import { atLeast } from '../../src/shared/atLeast'

/** A layer over integers, as the runtime's kernels see it. */
export interface IntegerLayer {
  readonly op: 'Conv' | 'Gemm' | 'MatMul'
  readonly attributes: Node['attributes']
  /** [outputs, inputs of a group, …window], or the matrix of a Gemm or MatMul. */
  readonly shape: readonly number[]
  readonly weights: readonly number[]
  /** Unsigned integer that stands for zero. */
  readonly zeroPoint: number
}

/** Activations 0 to 255 in NCHW or [rows, features]. */
export interface IntegerImages {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/**
 * Sums of products less the zero point's share, written after the instructions alone: for every output the activations and weights in the kernel's order
 * (kernel rows, kernel columns, channels of the group), two by two through vpmaddubsw, which keeps 16 bits, or exactly. Row-major as the layer's output.
 */
export function referenceSums(layer: IntegerLayer, images: IntegerImages, saturates: boolean): readonly number[] {
  return operandsOf(layer, images).map(({ activations, weights }) => {
    const products = activations.map((value, k) => value * weights[k]!)
    let sum = 0
    for (let k = 0; k < products.length; k += 2) {
      const pair = products[k]! + (products[k + 1] ?? 0)
      sum += saturates ? Math.max(-32768, Math.min(32767, pair)) : pair
    }
    return sum - layer.zeroPoint * weights.reduce((total, weight) => total + weight, 0)
  })
}

interface Operands {
  readonly activations: readonly number[]
  readonly weights: readonly number[]
}

const operandsOf = (layer: IntegerLayer, images: IntegerImages): readonly Operands[] =>
  layer.op === 'Conv' ? windows(layer, images) : rows(layer, images)

function rows({ op, attributes, shape, weights }: IntegerLayer, images: IntegerImages): readonly Operands[] {
  const transposed = op === 'Gemm' && Number(attributes.transB ?? 0) !== 0
  const [features, outputs] = atLeast(2, transposed ? shape.toReversed() : shape)
  const at = (k: number, output: number): number => weights[transposed ? output * features + k : k * outputs + output]!
  return range(images.shape[0]!).flatMap((row) =>
    range(outputs).map((output) => ({
      activations: images.values.slice(row * features, (row + 1) * features),
      weights: range(features).map((k) => at(k, output)),
    })),
  )
}

function windows(layer: IntegerLayer, { shape, values }: IntegerImages): readonly Operands[] {
  const [outputs, inner, kernelHeight, kernelWidth] = atLeast(4, layer.shape)
  const [batch, channels, height, width] = atLeast(4, shape)
  const numbers = (name: string, otherwise: readonly number[]): readonly number[] =>
    (layer.attributes[name] as readonly number[] | undefined) ?? otherwise
  const [pads, strides, dilations] = [
    numbers('pads', [0, 0, 0, 0]),
    numbers('strides', [1, 1]),
    numbers('dilations', [1, 1]),
  ]
  const perGroup = outputs / Number(layer.attributes.group ?? 1)
  const extent = (size: number, kernel: number, axis: 0 | 1): number =>
    Math.floor((size + pads[axis]! + pads[axis + 2]! - dilations[axis]! * (kernel - 1) - 1) / strides[axis]!) + 1
  const pixel = (image: number, channel: number, y: number, x: number): number =>
    y < 0 || y >= height || x < 0 || x >= width
      ? layer.zeroPoint
      : values[((image * channels + channel) * height + y) * width + x]!
  const places = range(kernelHeight).flatMap((ky) => range(kernelWidth).map((kx) => [ky, kx] as const))
  return range(batch).flatMap((image) =>
    range(outputs).flatMap((output) =>
      range(extent(height, kernelHeight, 0)).flatMap((row) =>
        range(extent(width, kernelWidth, 1)).map((column) => {
          const steps = places.flatMap(([ky, kx]) => range(inner).map((channel) => [ky, kx, channel] as const))
          return {
            activations: steps.map(([ky, kx, channel]) =>
              pixel(
                image,
                Math.floor(output / perGroup) * inner + channel,
                row * strides[0]! + ky * dilations[0]! - pads[0]!,
                column * strides[1]! + kx * dilations[1]! - pads[1]!,
              ),
            ),
            weights: steps.map(
              ([ky, kx, channel]) =>
                layer.weights[((output * inner + channel) * kernelHeight + ky) * kernelWidth + kx]!,
            ),
          }
        }),
      ),
    ),
  )
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** The integer that stands for zero in the uint8 outputs of the tests. */
export const middle = 128

/** A sum on a uint8 grid around zero. Halves go to the even integer. */
export const onGrid = (sum: number, scale: number): number =>
  (Math.max(0, Math.min(255, roundHalfToEven(sum / scale) + middle)) - middle) * scale
