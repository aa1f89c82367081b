import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { orShort } from '../../shared/shortForm'
import { keptShare, sparsityPattern } from '../../shared/types'
import { importances } from './importances/index'
import { pruneSchedules } from './schedules/index'
import type { FieldMeta } from '../../shared/fields'

const structures = ['unstructured', 'structured'] as const

/** 'l1-unstructured', 'taylor-structured' and so on: an importance, and what it chooses among. */
export const pruneMethods = importances
  .list()
  .flatMap((importance) =>
    structures
      .filter((structure) => structure === 'structured' || importance.weight)
      .map((structure) => `${importance.id}-${structure}`),
  )

const share = z.number().min(0).max(1)

/** The parts of '2:4'. */
function readPattern(text: string): unknown {
  const [keep, of] = text.split(':').map(Number)
  return { keep, of }
}

/** The parts of 'macs=0.5'. */
function readKeep(text: string): unknown {
  const [target, kept] = text.split('=')
  return { target, share: Number(kept) }
}

const unstructured = { field: 'method', is: pruneMethods.filter((method) => method.endsWith('-unstructured')) }
const structured = { field: 'method', is: pruneMethods.filter((method) => !method.endsWith('-unstructured')) }

/** Schedules that go step by step. */
export const gradual = {
  field: 'schedule',
  is: pruneSchedules.list().flatMap(({ id, atOnce }) => (atOnce ? [] : [id])),
}

/** What is removed from a network. */
export const pruneConfig = z.object({
  method: z
    .enum(pruneMethods as [string, ...string[]])
    .default('l1-unstructured')
    .describe('How importance is measured, and whether individual weights or whole channels are removed'),
  ...onlyWhen(unstructured, {
    amount: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Unstructured: sparsity over all convolution and linear weights'),
  }),
  scope: z
    .enum(['local', 'global'])
    .default('local')
    .describe('local: the same share in every layer; global: one ranking across all layers'),
  ...onlyWhen(unstructured, {
    layerAmounts: z
      .record(z.string(), share)
      .default({})
      .describe('Unstructured: sparsity of individual layers, by name'),
    nm: orShort(sparsityPattern, { pattern: /^\d+:\d+$/, expected: 'expected N:M such as 2:4', read: readPattern })
      .optional()
      .describe('Unstructured: keep N of every M weights along the input channels, such as 2:4'),
  }),
  ...onlyWhen(structured, {
    keep: orShort(keptShare, {
      pattern: /^(params|macs|latency)=0?\.\d+$/,
      expected: 'expected params=, macs= or latency= with a share below 1, such as macs=0.5',
      read: readKeep,
    })
      .optional()
      .describe('Structured: share to keep, such as macs=0.5, params=0.3 or latency=0.6 (measured on this CPU)'),
    pruningRatio: z
      .record(z.string(), share)
      .default({})
      .describe('Structured: share of channels to remove from individual layers, by name'),
  }),
  protect: z.array(z.string().min(1)).default([]).describe('Layers to exclude from pruning, by name or name prefix'),
  ...onlyWhen(structured, {
    roundTo: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(8)
      .meta({ unit: 'channels' })
      .describe('Structured: round channel counts to multiples of this'),
    minChannels: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(8)
      .meta({ unit: 'channels' })
      .describe('Structured: minimum channels per layer'),
  }),
  schedule: z
    .enum(pruneSchedules.ids as [string, ...string[]])
    .meta({ registry: 'pruneSchedules' } satisfies FieldMeta)
    .default('one-shot')
    .describe('How the amount is reached over time'),
  ...onlyWhen(gradual, {
    steps: z.number().int().min(1).max(100).default(3).describe('Number of steps of a gradual schedule'),
  }),
})

export type PruneConfig = z.output<typeof pruneConfig>

export interface Method {
  readonly importance: string
  readonly structured: boolean
}

export function methodOf({ method }: Pick<PruneConfig, 'method'>): Method {
  const structured = !method.endsWith('-unstructured')
  return { importance: method.slice(0, -(structured ? '-structured' : '-unstructured').length), structured }
}
