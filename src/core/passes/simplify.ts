import { foldConstants } from './foldConstants'
import { freeBatch } from './freeBatch'
import { withFullBiases } from './fullBiases'
import type { Graph } from '../graph/graph'
import { removeIdentities } from './removeIdentities'
import { withUsedInitializers } from '../graph/usedInitializers'
import { withoutDeadNodes } from './withoutDeadNodes'
import { withCanonicalForms } from './canonicalForms'
import { withJoinedPatterns } from './patterns/index'

/** The same function with nothing left that only exporters need. */
export const simplify = (graph: Graph): Graph =>
  withUsedInitializers(
    withoutDeadNodes(
      withFullBiases(withJoinedPatterns(withCanonicalForms(freeBatch(removeIdentities(foldConstants(graph)))))),
    ),
  )
