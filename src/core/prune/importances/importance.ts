import type { Random } from '../../data/random'
import type { Node } from '../../graph/graph'
import type { TensorData } from '../../graph/tensorData'

/** A weight whose output slices are to be compared. */
export interface WeightSlices {
  readonly node: Node
  readonly weight: TensorData
  /** Axis of the outputs. */
  readonly axis: number
  /** |scale| / √(variance + ε) of the batch normalization that follows, by output; undefined without one. */
  readonly normFactors: Float64Array | undefined
  /** |scale| of that normalization. */
  readonly normScales: Float64Array | undefined
  /** (gradient · parameter)² by output, summed over the slice and what belongs to it; only where the importance asks for gradients. */
  readonly saliencies: Float64Array | undefined
  readonly random: Random
}

/** How much a channel, or a single weight, matters; scores are comparable within one weight and only their order counts. */
export interface Importance {
  readonly kind: 'importance'
  readonly id: string
  readonly label: string
  readonly help: string
  /** Needs gradients of the loss on training images. */
  readonly needsGradients?: boolean
  /** A score for each output slice. Throws `unsupported` where the weight lacks what it looks at. */
  slices(weight: WeightSlices): Float64Array
  /** The score of one weight; absent where single weights cannot be told apart. */
  weight?(value: number, random: Random): number
}

export const defineImportance = (definition: Omit<Importance, 'kind'>): Importance => ({
  ...definition,
  kind: 'importance',
})

/** Sums f(w) over each output slice, w being the weight as the network applies it: times the factor of the normalization that follows. */
export function sumSlices(
  { weight: { shape, data }, axis, normFactors }: WeightSlices,
  f: (value: number) => number,
): Float64Array {
  const sums = new Float64Array(shape[axis]!)
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  for (let index = 0; index < data.length; index++) {
    const slice = Math.floor(index / inner) % shape[axis]!
    sums[slice]! += f(data[index]! * (normFactors?.[slice] ?? 1))
  }
  return sums
}
