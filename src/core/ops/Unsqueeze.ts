import { defineReshaping } from './reshaping'

/** Adds axes of size 1 at the named positions of the result. */
export const unsqueezeOperator = defineReshaping('Unsqueeze', ({ shapes: [x], constant }) => {
  const axes = [...(constant(1)?.data ?? [])]
  const rank = x.length + axes.length
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))
  const rest = [...x]
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)))
})
