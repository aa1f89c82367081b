import { defineReshaping } from './reshaping'

/** Drops axes of size 1: those that are named, or all. */
export const squeezeOperator = defineReshaping('Squeeze', ({ shapes: [x], constant }) => {
  const axes = constant(1)
  const named = axes && [...axes.data].map((axis) => (axis < 0 ? axis + x.length : axis))
  return x.filter((dim, axis) => (named ? !named.includes(axis) : dim !== 1))
})
