import type { Command } from 'commander'
import type { Evaluation } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { bytes, figure, integer, percent } from '../output/format'
import { facts } from '../output/table'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly dataset: string
}

export const evaluate = (command: Command): Command =>
  addFlags(
    command.argument('<version>', 'id or unique name').requiredOption('--dataset <name>', 'dataset'),
    steps.get('evaluate').params,
    ['version', 'dataset'],
  ).action((reference: string, { dataset, ...options }: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      await cli.client.call('datasets.get', { name: dataset })
      const run = await execute(cli, {
        name: `evaluate ${version.name}`,
        steps: [{ step: 'evaluate', version: version.id, dataset, ...given(options) }],
      })
      const evaluation = run.results[0]!.output?.evaluation as Evaluation
      cli.print(evaluation, () => evaluationText(version.name, evaluation))
    }),
  )

const evaluationText = (name: string, e: Evaluation): string =>
  facts([
    ['version', name],
    [
      'images',
      `${integer(e.samples)} of ${e.dataset} ${e.split}${e.skipped.length > 0 ? `, ${integer(e.skipped.length)} skipped` : ''}`,
    ],
    [
      'accuracy',
      `${percent(e.accuracy)} (95% CI ${percent(e.accuracyInterval[0])} – ${percent(e.accuracyInterval[1])})`,
    ],
    ['mean loss', e.avgLoss.toFixed(4)],
    [
      'throughput',
      `${figure(e.samplesPerSecond)} img/s, ${figure(e.avgTimePerBatchMs)} ms per batch of ${e.batchSize}`,
    ],
    ['parameters', `${integer(e.totalParams)}, ${percent(e.sparsity)} of the weights are zero`],
    ['file', bytes(e.fileSizeBytes)],
    ['measured on', `${e.device.cpu}, ${e.device.runtime}, ${e.device.threads} threads`],
  ])
