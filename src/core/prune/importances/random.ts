import { defineImportance } from './importance'

/** No criterion at all: the baseline that any other has to beat. */
export const randomImportance = defineImportance({
  id: 'random',
  label: 'Random',
  help: 'A seeded random choice, as a baseline',
  slices: ({ weight, axis, random }) => Float64Array.from({ length: weight.shape[axis]! }, random.uniform),
  weight: (_value, random) => random.uniform(),
})
