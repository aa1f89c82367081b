import { z } from 'zod'
import { rowMajorStrides, sizeOf } from '../graph/tensorData'
import { defineGathering } from './gathering'

const attributes = z.object({ batch_dims: z.literal(0).default(0) })

/** Picks the slices that lists of leading indices name (ONNX GatherND-13). */
export const gatherNdOperator = defineGathering('GatherND', attributes, ({ shapes: [x, chosen] }, indices) => {
  const depth = chosen.at(-1) ?? 0
  const strides = rowMajorStrides(x)
  const slice = x.slice(depth)
  const length = sizeOf(slice)
  const starts = Array.from({ length: sizeOf(chosen.slice(0, -1)) }, (_, row) =>
    Array.from({ length: depth }, (_each, axis) => {
      const size = x[axis] ?? 1
      return (((indices[row * depth + axis] ?? 0) + size) % size) * (strides[axis] ?? 1)
    }).reduce((sum, value) => sum + value, 0),
  )
  return {
    shape: [...chosen.slice(0, -1), ...slice],
    offsets: starts.flatMap((start) => Array.from({ length }, (_, index) => start + index)),
  }
})
