import { z } from 'zod'
import { rowMajorStrides, sizeOf } from '../graph/tensorData'
import { defineGathering } from './gathering'

const attributes = z.object({ axis: z.number().int().default(0) })

/** Picks one element for every index, moving along one axis (ONNX GatherElements-13). */
export const gatherElementsOperator = defineGathering('GatherElements', attributes, (context, indices) => {
  const {
    attributes: { axis },
    shapes: [x, shape],
  } = context
  const at = axis < 0 ? axis + x.length : axis
  const [from, own] = [rowMajorStrides(x), rowMajorStrides(shape)]
  const size = x[at] ?? 1
  const offsets = Array.from({ length: sizeOf(shape) }, (_, position) =>
    shape.reduce((sum, dim, each) => {
      const index = Math.floor(position / (own[each] ?? 1)) % dim
      const chosen = indices[position] ?? 0
      return sum + (from[each] ?? 1) * (each === at ? (chosen + size) % size : index)
    }, 0),
  )
  return { shape, offsets }
})
