import { defineImportance, sumSlices } from './importance'

/** Sum of absolute weights (Li et al., 2017, 'Pruning Filters for Efficient ConvNets'). */
export const l1Importance = defineImportance({
  id: 'l1',
  label: 'L1 norm',
  help: 'Sum of absolute weights, with folded batch normalization',
  slices: (weight) => sumSlices(weight, Math.abs),
  weight: Math.abs,
})
