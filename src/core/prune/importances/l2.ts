import { defineImportance, sumSlices } from './importance'

/** Root of the sum of squared weights. For single weights the order is that of L1. */
export const l2Importance = defineImportance({
  id: 'l2',
  label: 'L2 norm',
  help: 'Root of the sum of squared weights, with folded batch normalization',
  slices: (weight) => sumSlices(weight, (value) => value * value).map(Math.sqrt),
  weight: (value) => value * value,
})
