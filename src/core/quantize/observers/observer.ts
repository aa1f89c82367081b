import type { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import type { Extension } from '../../../shared/registry'
import { uint8Affine } from '../../fakeQuant/grid'
import type { Grid } from '../../fakeQuant/grid'
import type { Range } from '../../fakeQuant/range'
import { createCollector } from './collector'
import { activationStatistics } from './distribution'
import type { Statistics } from './distribution'

/** How the range that the integers cover is chosen from what a tensor was seen to hold. */
export interface ObserverDefinition<P> {
  readonly id: string
  readonly label: string
  /** One sentence for a form: what it does, and how batches combine. */
  readonly help: string
  /** `extrema` needs no histogram and calibrates faster. */
  readonly reads: 'extrema' | 'histogram'
  readonly params: z.ZodType<P>
  range(statistics: Statistics, params: P, grid: Grid): Range
}

/** One tensor under observation: the observers' streaming form. */
export interface RunningObserver {
  /** Throws `badInput` naming the tensor where a value is not finite. */
  observe(values: Float32Array): void
  range(): Range
}

export interface Observer extends Omit<ObserverDefinition<unknown>, 'range'>, Extension {
  readonly kind: 'observer'
  /** The range to cover, inside the observed one. Throws `wrongCall` on wrong params. */
  range(statistics: Statistics, params?: unknown, grid?: Grid): Range
  create(options?: { readonly name?: string; readonly params?: unknown; readonly grid?: Grid }): RunningObserver
}

/** Declares an observer: the one export of its file. Ranges are pure functions of statistics, so one pass over the data serves every observer. */
export function defineObserver<P>(definition: ObserverDefinition<P>): Observer {
  const range = (statistics: Statistics, params: unknown = {}, grid: Grid = uint8Affine): Range =>
    definition.range(statistics, parseParams(definition, params), grid)
  return {
    ...definition,
    kind: 'observer',
    range,
    create({ name = 'tensor', params, grid } = {}) {
      const collector = createCollector({ name, histogram: definition.reads === 'histogram' })
      return {
        observe: (values) => collector.observe(values),
        range: () => range(activationStatistics(collector.statistics()), params, grid),
      }
    },
  }
}

function parseParams<P>({ id, params: schema }: ObserverDefinition<P>, params: unknown): P {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new NNOptError(
    'wrongCall',
    `observer '${id}': parameter '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'invalid'}`,
    { observer: id },
  )
}
