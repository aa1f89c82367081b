import { z } from 'zod'
import * as t from '../types'
import { share, versionOnly } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** How channels are chosen, as in the prune step. */
const choice = versionOnly.extend({
  importance: z.string().default('l1'),
  roundTo: z.number().int().min(1).max(64).default(8),
  minChannels: z.number().int().min(1).max(1024).default(8),
  seed: z.number().int().min(0).default(0),
})
const cutChoice = choice.extend({
  pruningRatio: z.record(z.string(), share).default({}),
  protect: z.array(z.string().min(1)).readonly().default([]),
})
const sample = z.number().int().min(1).max(4096).default(128)

/** The pruning planner: groups, costs, latencies and sensitivities. */
export const pruningProcedures = {
  /** Coupled channel groups of an fp32 version, and the current costs of the network. */
  'versions.pruneGroups': call({
    params: versionOnly,
    result: z
      .object({
        groups: z.array(t.pruningGroup).readonly(),
        cost: t.plannedCost,
        importances: z.array(z.object({ id: z.string(), label: z.string() }).readonly()).readonly(),
      })
      .readonly(),
  }),
  /**
   * Costs of the network with these ratios; with a share to keep, the engine sets the ratios of all other groups. Nothing is
   * stored.
   */
  'versions.prunePlan': call({
    params: cutChoice.extend({
      keep: t.keptShare.optional(),
      scope: z.enum(['local', 'global']).default('local'),
      /** Also compute the gzip size, which takes longer. */
      gzip: z.boolean().default(false),
      sensitivity: t.sensitivity.optional(),
    }),
    result: t.channelPlan,
  }),
  /** Times the layers of the network; latencies of narrower layers are predicted from these times. */
  'versions.pruneTimes': call({
    params: versionOnly,
    result: z.object({ wholeMs: z.number(), threads: z.number(), warnings: z.array(z.string()).readonly() }).readonly(),
    events: t.counted,
  }),
  /**
   * Accuracy on validation images when each group alone loses increasing shares of its channels, without fine-tuning.
   */
  'versions.pruneSensitivity': call({
    params: choice.extend({
      ratios: z.array(share).min(1).max(16).readonly().default([0.25, 0.5, 0.75]),
      dataset: z.string(),
      samples: sample,
    }),
    result: t.sensitivity,
    events: t.counted
      .unwrap()
      .extend({
        accuracy: z.number(),
        samples: z.number(),
        split: z.string(),
        /** For the group tried last. */ curve: t.sensitivityCurve.nullable(),
      })
      .readonly(),
  }),
  /** Latency on this CPU before and after pruning and, with a dataset, both accuracies. */
  'versions.pruneMeasure': call({
    params: cutChoice.extend({ dataset: z.string().optional(), samples: sample }),
    result: t.plannedMeasurement,
    events: z.object({ label: z.string() }).readonly(),
  }),
} as const satisfies Procedures
