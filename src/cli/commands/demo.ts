import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { baselineFile, baselineName, findBaseline, sampleArchive, sampleName } from '../../node/bundled'
import { NNOptError } from '../../shared/errors'
import type { Benchmark, Evaluation, Recipe, Run, StepResult, Version } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { execute } from '../execute'
import { bytes, figure, percent } from '../output/format'
import { table } from '../output/table'

interface Options extends GlobalOptions {
  readonly out?: string
}

interface DemoRow {
  readonly version: Version
  readonly evaluation: Evaluation
  readonly benchmark: Benchmark
}

/** The main workflow on the bundled sample: evaluate fp32, quantize, evaluate int8, compare. */
export const demo = (command: Command): Command =>
  command
    .option('--out <file>', 'HTML report (default reports/demo.html in the workspace)')
    .action(({ out, ...options }: Options) =>
      withCli(options, async (cli) => {
        const startedAt = performance.now()
        await addSample(cli)
        const baseline = await importedBaseline(cli)
        const run = await execute(cli, recipe(baseline))
        const rows = await rowsOf(cli, run)
        const report = await writeReport(cli, rows, out)
        const seconds = (performance.now() - startedAt) / 1000
        cli.print(
          { runId: run.id, versions: rows, report, seconds },
          () =>
            `${demoTable(rows)}\n\nreport:    ${report}\nworkspace: ${cli.workspace} (run 'nnopt serve' to open it in a browser)`,
        )
      }),
    )

/** Datasets are immutable, so an existing one can be used as it is. */
async function addSample({ client, progress }: Cli): Promise<void> {
  const known = await client.call('datasets.list', {})
  if (known.some(({ name }) => name === sampleName)) return
  const queued = await client.call('datasets.add', { name: sampleName, paths: [sampleArchive()] })
  const run = await client.call(
    'runs.wait',
    { run: queued.id },
    { onEvent: (event) => event.kind === 'run.progress' && progress.show(event.progress) },
  )
  if (run.error) throw new NNOptError(run.error.code, run.error.message)
}

/** The id of the bundled model in this workspace; imports it unless an earlier demo did. */
async function importedBaseline(cli: Cli): Promise<string> {
  const known = findBaseline(await cli.client.call('versions.list', {}))
  if (known) return known.id
  const { results } = await execute(cli, {
    name: 'demo: import',
    steps: [{ step: 'import', file: baselineFile(), name: baselineName, origin: 'bundled' }],
  })
  return results[0]!.versionId ?? ''
}

const recipe = (baseline: string): Recipe => ({
  name: 'demo',
  steps: [
    { step: 'evaluate', version: baseline, dataset: sampleName },
    { step: 'quantize', id: 'int8', from: baseline, dataset: sampleName },
    { step: 'evaluate', version: '$int8', dataset: sampleName },
    { step: 'benchmark', versions: [baseline, '$int8'] },
  ],
})

/** One result a step of the recipe above. */
type DemoResults = readonly [StepResult, StepResult, StepResult, StepResult]

async function rowsOf({ client }: Cli, { results }: Run): Promise<readonly DemoRow[]> {
  const [fp32, quantized, int8, speed] = results as DemoResults
  const benchmarks = speed.output?.benchmarks as readonly Benchmark[]
  const row = async (id: string | undefined, evaluation: unknown, benchmark: Benchmark): Promise<DemoRow> => ({
    version: (await client.call('versions.get', { version: id ?? '' })).version,
    evaluation: evaluation as Evaluation,
    benchmark,
  })
  return [
    await row(benchmarks[0]!.version, fp32.output?.evaluation, benchmarks[0]!),
    await row(quantized.versionId, int8.output?.evaluation, benchmarks[1]!),
  ]
}

async function writeReport(
  { client, workspace }: Cli,
  rows: readonly DemoRow[],
  out: string | undefined,
): Promise<string> {
  if (out === undefined) mkdirSync(join(workspace, 'reports'), { recursive: true })
  const { path } = await client.call('report.create', {
    versions: rows.map(({ version }) => version.id),
    title: 'NNOpt Studio demo',
    out: out ?? join(workspace, 'reports', 'demo.html'),
  })
  return path ?? ''
}

const demoTable = (rows: readonly DemoRow[]): string =>
  table(
    ['version', 'file', 'accuracy', '95% CI', 'p50 ms', 'img/s'],
    rows.map(({ version, evaluation: e, benchmark: b }) => [
      version.name,
      bytes(version.sizeBytes),
      percent(e.accuracy),
      `${percent(e.accuracyInterval[0])} – ${percent(e.accuracyInterval[1])}`,
      figure(b.latencyMs.p50),
      figure(b.samplesPerSecond),
    ]),
  )
