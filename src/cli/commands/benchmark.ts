import type { Command } from 'commander'
import { z } from 'zod'
import { benchmarkComparison, benchmark as benchmarkFacts, cpuFacts } from '../../shared/types'
import type { Benchmark, BenchmarkComparison } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { figure } from '../output/format'
import { table } from '../output/table'
import { steps } from '../../node/jobs/steps/index'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

const output = z.object({
  benchmarks: z.array(benchmarkFacts),
  comparisons: z.array(benchmarkComparison),
  cpu: cpuFacts,
})
type Output = z.infer<typeof output>

export const benchmark = (command: Command): Command =>
  addFlags(command.argument('<version...>', 'ids or unique names'), steps.get('benchmark').params, ['versions']).action(
    (references: string[], options: Options) =>
      withCli(options, async (cli) => {
        const found = await Promise.all(
          references.map(async (version) => (await cli.client.call('versions.get', { version })).version),
        )
        const run = await execute(cli, {
          name: `benchmark ${found.map(({ name }) => name).join(', ')}`,
          steps: [{ step: 'benchmark', versions: found.map(({ id }) => id), ...given(options) }],
        })
        const measured = output.parse(run.results[0]!.output)
        const names = new Map(found.map(({ id, name }) => [id, name]))
        cli.print(benchmarkJson(measured), () =>
          [
            benchmarkTable(names, measured.benchmarks),
            ...measured.comparisons.map((c) => comparisonText(names, c)),
          ].join('\n'),
        )
      }),
  )

const benchmarkJson = ({ benchmarks, comparisons, cpu }: Output): object => ({
  results: benchmarks.map(
    ({
      version,
      batchSize,
      threads,
      layout,
      device: { runtime },
      samplesPerSecond: median,
      samplesPerSecondInterval: [low, high],
      latencyMs,
      runs,
      warnings,
      roundsMs,
    }) => ({
      id: version,
      batch: batchSize,
      threads,
      runtime,
      ...layout,
      throughput: { median, low, high },
      latencyMs,
      samples: runs,
      warnings,
      roundsMs,
    }),
  ),
  comparisons: comparisons.map(({ version: id, batchSize: batch, ...rest }) => ({ id, batch, ...rest })),
  cpu,
})

const nameOf = (names: ReadonlyMap<string, string>, id: string): string => names.get(id) ?? id

const benchmarkTable = (names: ReadonlyMap<string, string>, results: readonly Benchmark[]): string =>
  table(
    ['version', 'engine', 'file', 'sessions', 'threads', 'batch', 'ms p50', 'ms p90', 'ms p99', 'img/s', '95% CI'],
    results.map((b) => [
      nameOf(names, b.version),
      b.device.runtime,
      b.layout?.form ?? 'original',
      String(b.layout?.sessions ?? 1),
      String(b.threads),
      String(b.batchSize),
      figure(b.latencyMs.p50),
      figure(b.latencyMs.p90),
      figure(b.latencyMs.p99),
      figure(b.samplesPerSecond),
      b.samplesPerSecondInterval.map(figure).join(' – '),
    ]),
  )

function comparisonText(
  names: ReadonlyMap<string, string>,
  { version, to, batchSize, threads, ratio: { median, low, high }, significant }: BenchmarkComparison,
): string {
  const where = `batch ${batchSize}, ${threads} threads`
  const interval = `${figure(median)}× (95% CI ${figure(low)} – ${figure(high)})`
  return `${nameOf(names, version)} vs. ${nameOf(names, to)},  ${where}: ${significant ? interval : `no significant difference, ${interval}`}`
}
