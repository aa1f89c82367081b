import type { z } from 'zod'
import { parseAs } from '../../../shared/parse'
import type { Extension } from '../../../shared/registry'
import { uint8Affine } from '../../fakeQuant/grid'
import type { Grid } from '../../fakeQuant/grid'
import type { Range } from '../../fakeQuant/range'
import { createCollector } from './collector'
import { activationStatistics } from './distribution'
import type { Statistics } from './distribution'

/** How the range that the integers cover is chosen from what a tensor was seen to hold. */
interface ObserverDeclaration {
  readonly id: string
  readonly label: string
  /** One sentence for a form: what it does, and how batches combine. */
  readonly help: string
  /** `extrema` needs no histogram and calibrates faster. */
  readonly reads: 'extrema' | 'histogram'
}

export interface ObserverDefinition<S extends z.ZodRawShape> extends ObserverDeclaration {
  readonly params: z.ZodObject<S>
  range(statistics: Statistics, params: z.output<z.ZodObject<S>>, grid: Grid): Range
}

/** One tensor under observation: the observers' streaming form. */
export interface RunningObserver {
  /** Throws `badInput` naming the tensor where a value is not finite. */
  observe(values: Float32Array): void
  range(): Range
}

/** An observer with its parameters. */
export interface BoundObserver extends Pick<ObserverDeclaration, 'id' | 'reads'> {
  /** The range to cover, inside the observed one. */
  range(statistics: Statistics, grid: Grid): Range
}

export interface Observer extends ObserverDeclaration, Extension {
  readonly kind: 'observer'
  readonly params: z.ZodObject
  /** Throws `wrongCall` on wrong params. */
  bind(params?: unknown): BoundObserver
  /** The same in one call, on the grid of activations unless another is given. */
  range(statistics: Statistics, params?: unknown, grid?: Grid): Range
  create(options?: { readonly name?: string; readonly params?: unknown; readonly grid?: Grid }): RunningObserver
}

/** Declares an observer: the one export of its file. Ranges are pure functions of statistics, so one pass over the data serves every observer. */
export function defineObserver<S extends z.ZodRawShape>(definition: ObserverDefinition<S>): Observer {
  const { id, label, help, reads, params: schema } = definition
  const bind = (given: unknown = {}): BoundObserver => {
    const params = parseAs(schema, given, `observer '${id}'`)
    return { id, reads, range: (statistics, grid) => definition.range(statistics, params, grid) }
  }
  return {
    kind: 'observer',
    id,
    label,
    help,
    reads,
    params: schema,
    bind,
    range: (statistics, params, grid = uint8Affine) => bind(params).range(statistics, grid),
    create({ name = 'tensor', params, grid = uint8Affine } = {}) {
      const collector = createCollector({ name, histogram: reads === 'histogram' })
      const observer = bind(params)
      return {
        observe: (values) => collector.observe(values),
        range: () => observer.range(activationStatistics(collector.statistics()), grid),
      }
    },
  }
}
