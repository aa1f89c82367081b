import { z } from 'zod'
import { parseAs } from '../../shared/parse'
import { createRandom } from '../data/random'
import type { Random } from '../data/random'
import type { Graph } from '../graph/graph'

/** What every architecture needs to know. */
export const commonParams = {
  classes: z.number().int().min(2).default(10).describe('Number of classes'),
  size: z.number().int().min(8).default(32).meta({ unit: 'px' }).describe('Height and width of the input image'),
}

/** A built-in network: a function that builds a Graph with fresh, seeded weights. */
export interface Architecture {
  readonly kind: 'architecture'
  readonly id: string
  readonly label: string
  readonly params: z.ZodObject
  /** Throws `wrongCall` when the parameters do not fit their schema. */
  build(params: Readonly<Record<string, unknown>>, seed: number): Graph
}

interface Definition<S extends z.ZodObject> {
  readonly id: string
  readonly label: string
  readonly params: S
  build(params: z.output<S>, random: Random): Graph
}

export function defineArchitecture<S extends z.ZodObject>(definition: Definition<S>): Architecture {
  return {
    ...definition,
    kind: 'architecture',
    build: (params, seed) =>
      definition.build(parseAs(definition.params, params, `architecture '${definition.id}'`), createRandom(seed, 0)),
  }
}
