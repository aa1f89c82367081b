import { NNOptError } from '../../../shared/errors'
import { defineImportance } from './importance'

/** |γ| of the batch normalization behind the weight (Liu et al., 2017, 'Network Slimming'). */
export const bnScaleImportance = defineImportance({
  id: 'bn-scale',
  label: 'Batch normalization scale',
  help: 'Absolute scale of the batch normalization that follows',
  slices: ({ node, normScales }) => {
    if (normScales) return normScales
    throw new NNOptError(
      'unsupported',
      `importance 'bn-scale': no batch normalization follows node '${node.name}' (${node.op}): choose l1, l2 or another importance`,
      { node: node.name },
    )
  },
})
