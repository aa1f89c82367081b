import type { NetworkCosts, PlannedGroup, PrunePlan } from '../shared/types'
import { bytes, figure, integer, percent } from './output/format'
import { facts, table } from './output/table'

const missing = '–'
const ms = (value: number | null): string => (value === null ? missing : `${figure(value)} ms`)
const share = (value: number | null): string => (value === null ? missing : percent(value))

/** A plan as tables: totals first, then each group on its own. */
export function planText(version: string, { method, before, after, groups, accuracy }: PrunePlan): string {
  const both = (text: (costs: NetworkCosts) => string): string => `${text(before)} → ${text(after)}`
  const totals = facts([
    ['version', version],
    ['method', method],
    ['parameters', both(({ params }) => integer(params))],
    ['nonzero', both(({ nonzeroParams }) => integer(nonzeroParams))],
    ['operations', both(({ macs }) => integer(macs))],
    ['file', both(({ sizeBytes }) => bytes(sizeBytes))],
    ['gzip size', both(({ gzipBytes }) => bytes(gzipBytes))],
    ['predicted latency', both(({ predictedLatencyMs }) => ms(predictedLatencyMs))],
    ['measured latency', both(({ measuredLatencyMs }) => ms(measuredLatencyMs))],
    ...(accuracy
      ? [
          [
            'accuracy',
            `${percent(accuracy.before)} → ${percent(accuracy.untuned)} without fine-tuning, ${percent(accuracy.expected)} predicted from the groups (${integer(accuracy.samples)} ${accuracy.split} images)`,
          ] as const,
        ]
      : []),
  ])
  const rows = groups.map((group) => [
    group.name,
    `${integer(group.before)} → ${integer(group.after)}`,
    ...costs(group),
  ])
  return `${totals}\n\n${table(['group on its own', 'size', 'parameters', 'operations', 'file', 'gzip', 'latency', 'accuracy'], rows)}`
}

const costs = (group: PlannedGroup): readonly string[] =>
  group.blocked === null
    ? [
        integer(group.params),
        integer(group.macs),
        bytes(group.sizeBytes),
        bytes(group.gzipBytes),
        ms(group.predictedLatencyMs),
        share(group.accuracy),
      ]
    : [`not pruned:  ${group.blocked}`, '', '', '', '', '']
