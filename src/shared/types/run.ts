import { z } from 'zod'
import { errorCodes } from '../errors'
import type { ErrorCode } from '../errors'
import { progress } from './progress'
import { bytes } from './bytes'
import { recipe } from './recipe'

const runStatuses = ['queued', 'running', 'paused', 'done', 'failed', 'stopped', 'crashed'] as const
export const runStatus = z.enum(runStatuses)
export type RunStatus = z.infer<typeof runStatus>

const errorReport = z
  .object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).readonly().optional(),
  })
  .readonly()

/** Result of a finished step: at most one version, and numbers. */
export const stepResult = z
  .object({
    versionId: z.string().optional(),
    output: z.record(z.string(), z.unknown()).readonly().optional(),
    warnings: z.array(z.string()).readonly(),
    seconds: z.number(),
  })
  .readonly()
export type StepResult = z.infer<typeof stepResult>

/** One execution of a recipe. Resuming does not repeat finished steps. */
export const run = z
  .object({
    id: z.string(),
    name: z.string(),
    recipe,
    status: runStatus,
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    /** In the order of the recipe's steps. */
    results: z.array(stepResult).readonly(),
    error: errorReport.nullable(),
    resumable: z.boolean(),
    /** The process currently executing it. */
    pid: z.number().nullable(),
    progress: progress.nullable(),
  })
  .readonly()
export type Run = z.infer<typeof run>

/** One point of a series: `kind` is 'step', 'epoch' or 'system'; fractions are 0..1. */
export const metric = z
  .object({
    /** Ascends within a run. */
    sequence: z.number(),
    runId: z.string(),
    stepIndex: z.number(),
    kind: z.string(),
    /** Training step, epoch or second, depending on the kind. */
    position: z.number(),
    at: z.string(),
    values: z.record(z.string(), z.number()).readonly(),
  })
  .readonly()
export type Metric = z.infer<typeof metric>

/** New points of a run, ascending; `after` is the sequence of the one before them, 0 for the first ones. */
export const metricBatch = z.object({ after: z.number(), metrics: z.array(metric).readonly() }).readonly()
export type MetricBatch = z.infer<typeof metricBatch>

/** One value of a series at each of its points: minimum, mean and maximum as 32-bit floats; NaN if there is none. */
const seriesValue = z.object({ key: z.string(), min: bytes, mean: bytes, max: bytes }).readonly()

/** One kind of metric of one step, thinned to the requested window. */
export const metricSeries = z
  .object({
    stepIndex: z.number(),
    kind: z.string(),
    /** Total number of rows. */
    total: z.number(),
    /** Positions, and milliseconds since 1970, as 64-bit floats; `counts` are the rows that each point aggregates. */
    x: bytes,
    t: bytes,
    counts: bytes,
    values: z.array(seriesValue).readonly(),
  })
  .readonly()
export type MetricSeries = z.infer<typeof metricSeries>

/** The series of a run, which contain its points up to `lastSequence` and no later ones. */
export const runSeries = z.object({ lastSequence: z.number(), series: z.array(metricSeries).readonly() }).readonly()
export type RunSeries = z.infer<typeof runSeries>
