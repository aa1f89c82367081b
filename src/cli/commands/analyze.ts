import type { Command } from 'commander'
import { quantizationAnalysis } from '../../shared/types'
import type { LayerAnalysis, QuantizationAnalysis } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { figure, integer, percent } from '../output/format'
import { table } from '../output/table'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly dataset: string
}

export const analyze = (command: Command): Command =>
  addFlags(
    command.argument('<version>', 'id or unique name').requiredOption('--dataset <name>', 'dataset'),
    steps.get('analyze').params,
    ['version', 'dataset'],
  ).action((reference: string, { dataset, ...options }: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      await cli.client.call('datasets.get', { name: dataset })
      const run = await execute(cli, {
        name: `analyze ${version.name}`,
        steps: [{ step: 'analyze', version: version.id, dataset, ...given(options) }],
      })
      const analysis = quantizationAnalysis.parse(run.results[0]!.output?.analysis)
      cli.print(analysis, () =>
        analysis.kept
          ? keptText(analysis.kept)
          : `${layerTable(analysis.layers)}\n\n${integer(analysis.images)} validation images, divergence of the scores ${analysis.divergence.toFixed(5)}`,
      )
    }),
  )

const db = ({ sqnrDb }: LayerAnalysis['error']): string => (sqnrDb === null ? 'exact' : sqnrDb.toFixed(1))

const layerTable = (layers: readonly LayerAnalysis[]): string =>
  table(
    [
      'layer',
      'op',
      'dB',
      'dB weights',
      'dB activations',
      'cosine',
      'int8 alone',
      'fp32 alone',
      'clipped',
      'range',
      'hint',
    ],
    layers.map((l) => [
      l.layer,
      l.op,
      db(l.error),
      db(l.weightError),
      db(l.activationError),
      l.error.cosine.toFixed(5),
      l.oneOn.toExponential(1),
      l.oneOff.toExponential(1),
      l.clippedShare === null ? '–' : percent(l.clippedShare),
      l.covered ? `${figure(l.covered.min)} – ${figure(l.covered.max)}` : '–',
      l.hint,
    ]),
  )

const keptText = ({ layers, before, after, seconds }: NonNullable<QuantizationAnalysis['kept']>): string =>
  [
    `kept in fp32: ${layers.join(', ')}`,
    table(
      ['', 'accuracy', 'points', 'agreement', 'divergence'],
      (
        [
          ['before', before],
          ['after', after],
        ] as const
      ).map(([name, c]) => [
        name,
        percent(c.accuracy),
        (c.difference * 100).toFixed(2),
        percent(c.agreement),
        c.divergence.toFixed(5),
      ]),
    ),
    `${integer(after.samples)} validation images, ${figure(seconds)} s`,
  ].join('\n\n')
