import { sizeOf } from '../../graph/tensorData'
import { defineImportance } from './importance'
import type { WeightSlices } from './importance'

/** Distance to all other filters of the layer: those nearest to the geometric median can be replaced by the rest (He et al., 2019, 'FPGM'). */
export const fpgmImportance = defineImportance({
  id: 'fpgm',
  label: 'Geometric median',
  help: 'Sum of distances to the other filters in the layer',
  slices: (weight) => {
    const filters = rows(weight)
    return Float64Array.from(filters, (filter) => filters.reduce((sum, other) => sum + distance(filter, other), 0))
  },
})

function rows({ weight: { shape, data }, axis, normFactors }: WeightSlices): readonly Float64Array[] {
  const inner = sizeOf(shape.slice(axis + 1))
  const filters = Array.from({ length: shape[axis]! }, () => new Float64Array(data.length / shape[axis]!))
  const filled = new Int32Array(shape[axis]!)
  for (let index = 0; index < data.length; index++) {
    const slice = Math.floor(index / inner) % shape[axis]!
    filters[slice]![filled[slice]!++] = data[index]! * (normFactors?.[slice] ?? 1)
  }
  return filters
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2
  return Math.sqrt(sum)
}
