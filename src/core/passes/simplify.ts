import { foldConstants } from './foldConstants'
import { freeBatch } from './freeBatch'
import { withFullBiases } from './fullBiases'
import type { Graph } from '../graph/graph'
import { removeIdentities } from './removeIdentities'
import { withUsedInitializers } from '../graph/usedInitializers'
import { withCanonicalForms } from './canonicalForms'

/** The same function with nothing left that only exporters need. */
export const simplify = (graph: Graph): Graph =>
  withUsedInitializers(withFullBiases(withCanonicalForms(freeBatch(removeIdentities(foldConstants(graph))))))
