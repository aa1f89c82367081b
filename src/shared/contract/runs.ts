import { z } from 'zod'
import * as t from '../types'
import { nothing, reference, runOnly } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** Runs: start, follow, queue. */
export const runProcedures = {
  'runs.list': call({
    params: z.object({ status: z.array(t.runStatus).readonly().optional() }),
    result: z.array(t.run).readonly(),
  }),
  'runs.get': call({ params: runOnly, result: t.run }),
  /** Ascending; with `points`, each series is thinned to about that many. `limit` keeps the oldest. */
  'runs.metrics': call({
    params: runOnly.extend({
      since: z.number().int().min(0).default(0),
      kind: z.string().optional(),
      points: z.number().int().min(2).max(10_000).optional(),
      limit: z.number().int().min(1).max(100_000).optional(),
    }),
    result: z.array(t.metric).readonly(),
  }),
  /**
   * Every kind of metric of every step, thinned to `columns` points per window without losing peaks. Without `from` and
   * `to`, the whole run.
   */
  'runs.series': call({
    params: runOnly.extend({
      axis: z.enum(['position', 'time']).default('position'),
      from: z.number().optional(),
      to: z.number().optional(),
      columns: z.number().int().min(2).max(4096).default(1000),
      kind: z.string().optional(),
      stepIndex: z.number().int().min(0).optional(),
    }),
    result: t.runSeries,
  }),
  /** The last `tailBytes`, or the whole log. */
  'runs.log': call({
    params: runOnly.extend({ tailBytes: z.number().int().min(1).optional() }),
    result: z.object({ text: z.string() }).readonly(),
  }),
  /** Queues a recipe. */
  'runs.start': call({ params: z.object({ recipe: t.recipe }), result: t.run }),
  'runs.pause': call({ params: runOnly, result: t.run }),
  /** Resumes a paused, stopped, failed or crashed run. */
  'runs.resume': call({ params: runOnly, result: t.run }),
  /** Immediately, or at the end of the current epoch (or, in steps without epochs, of the step). */
  'runs.stop': call({ params: runOnly.extend({ when: z.enum(['now', 'epochEnd']).default('now') }), result: t.run }),
  /** Deletes an ended run for good, with its log, metrics and checkpoints. The versions that it made stay. */
  'runs.remove': call({ params: runOnly, result: t.run }),
  /** Queued runs, next first. */
  'runs.queue': call({ params: nothing, result: z.object({ order: z.array(z.string()).readonly() }).readonly() }),
  /** Moves a queued run before another one, or to the end. */
  'runs.move': call({
    params: runOnly.extend({ before: reference.nullable() }),
    result: z.object({ order: z.array(z.string()).readonly() }).readonly(),
  }),
  /** Returns when the run is no longer queued, running or paused; sends the events of this run. */
  'runs.wait': call({ params: runOnly, result: t.run, events: t.hostEvent }),
  /** What is wrong with a recipe, and what it would cost. Queues nothing. */
  'recipes.check': call({ params: z.object({ recipe: t.recipe }), result: t.recipeCheck }),
} as const satisfies Procedures
