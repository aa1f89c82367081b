import type { Command } from 'commander'
import type { Benchmark } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { figure } from '../output/format'
import { table } from '../output/table'
import { steps } from '../../node/jobs/steps/index'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

export const benchmark = (command: Command): Command =>
  addFlags(command.argument('<version...>', 'ids or unique names'), steps.get('benchmark').params, ['versions']).action((references: string[], options: Options) =>
    withCli(options, async (cli) => {
      const found = await Promise.all(references.map(async (version) => (await cli.client.call('versions.get', { version })).version))
      const run = await execute(cli, { name: `benchmark ${found.map(({ name }) => name).join(', ')}`, steps: [{ step: 'benchmark', versions: found.map(({ id }) => id), ...given(options) }] })
      const results = run.results[0].output?.benchmarks as readonly Benchmark[]
      cli.print(results, () => benchmarkTable(found.map(({ name }) => name), results))
    }),
  )

export const benchmarkTable = (names: readonly string[], results: readonly Benchmark[]): string =>
  table(
    ['version', 'batch', 'threads', 'ms p50', 'ms p95', 'img/s', '95 % interval'],
    results.map((b, index) => [names[index], String(b.batchSize), String(b.threads), figure(b.latencyMs.p50), figure(b.latencyMs.p95), figure(b.samplesPerSecond), b.samplesPerSecondInterval.map(figure).join(' – ')]),
  )
