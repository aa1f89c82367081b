import { z } from 'zod'
import * as t from '../types'
import { nothing, reference } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** What concerns the workspace as a whole: its events, reports, uploads and sample. */
export const workspaceProcedures = {
  /** Sends events until the call is cancelled; never returns by itself. */
  'events.subscribe': call({
    params: z.object({ since: t.eventPosition.optional() }),
    result: nothing,
    events: t.sequencedEvent,
  }),

  /** A self-contained HTML page; without `out`, returns its text only. */
  'report.create': call({
    params: z.object({
      versions: z.array(reference).readonly().default([]),
      title: z.string().optional(),
      out: z.string().optional(),
      overwrite: z.boolean().default(true),
    }),
    result: z.object({ html: z.string(), path: z.string().nullable() }).readonly(),
  }),

  'uploads.begin': call({
    params: z.object({ fileName: z.string(), sizeBytes: z.number().int().min(1) }),
    result: z.object({ path: z.string() }).readonly(),
  }),
  'uploads.append': call({
    params: z.object({ path: z.string(), offset: z.number().int().min(0), bytes: t.bytes }),
    result: z.object({ receivedBytes: z.number() }).readonly(),
  }),

  /**
   * Imports the bundled sample dataset and baseline into the workspace and evaluates the baseline; skips what already
   * exists.
   */
  'sample.start': call({
    params: nothing,
    result: z.object({ dataset: z.string(), version: z.string().nullable(), run: t.run.nullable() }).readonly(),
  }),
} as const satisfies Procedures
