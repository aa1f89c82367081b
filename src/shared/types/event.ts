import { z } from 'zod'
import { progress } from './progress'
import { metricBatch, run } from './run'

/** Changes in the workspace; a list that changed must be requested again. */
export const hostEvent = z.discriminatedUnion('kind', [
  /** The requested events are no longer available: reload everything. */
  z.object({ kind: z.literal('reset') }),
  z.object({ kind: z.literal('versions.changed'), id: z.string().optional() }),
  z.object({ kind: z.literal('datasets.changed'), name: z.string().optional() }),
  z.object({ kind: z.literal('run.changed'), run }),
  /** Queued runs, next first. */
  z.object({ kind: z.literal('queue.changed'), order: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('run.progress'), runId: z.string(), progress }),
  /** A listener whose last point is older than `after` has missed some, and requests those `since` its last one. */
  metricBatch.unwrap().extend({ kind: z.literal('run.metrics'), runId: z.string() }),
  z.object({
    kind: z.literal('run.log'),
    runId: z.string(),
    level: z.enum(['info', 'warning', 'error']),
    text: z.string(),
  }),
])
export type HostEvent = z.infer<typeof hostEvent>

/** `host` identifies the process that numbers the events; a reconnecting client sends both back as `since`. */
export const eventPosition = z.object({ host: z.string(), sequence: z.number() }).readonly()
export type EventPosition = z.infer<typeof eventPosition>

export const sequencedEvent = z.object({ position: eventPosition, event: hostEvent }).readonly()
export type SequencedEvent = z.infer<typeof sequencedEvent>
