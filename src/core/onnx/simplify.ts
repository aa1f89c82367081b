import { foldConstants } from '../graph/foldConstants'
import { freeBatch } from '../graph/freeBatch'
import type { Graph } from '../graph/graph'
import { removeIdentities } from '../graph/removeIdentities'
import { withUsedInitializers } from '../graph/usedInitializers'
import { withCanonicalForms } from './canonicalForms'

/** The same function with nothing left that only exporters need. */
export const simplify = (graph: Graph): Graph =>
  withUsedInitializers(withCanonicalForms(freeBatch(removeIdentities(foldConstants(graph)))))
