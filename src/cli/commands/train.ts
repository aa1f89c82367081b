import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { printMadeVersion } from '../versionText'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly arch?: string
  readonly from?: string
  readonly dataset: string
}

export const train = (command: Command): Command =>
  addFlags(
    command
      .option('--arch <architecture>', 'built-in architecture to train from scratch')
      .option('--from <version>', 'version to fine-tune')
      .requiredOption('--dataset <name>', 'dataset'),
    steps.get('train').params,
    ['architecture', 'from', 'dataset'],
  ).action(({ arch, from, dataset, ...options }: Options) =>
    withCli(options, async (cli) => {
      const start =
        from === undefined ? {} : { from: (await cli.client.call('versions.get', { version: from })).version.id }
      await cli.client.call('datasets.get', { name: dataset })
      const step = {
        step: 'train',
        ...(arch !== undefined && { architecture: arch }),
        ...start,
        dataset,
        ...given(options),
      }
      await printMadeVersion(
        cli,
        await execute(cli, { name: `train ${arch ?? from ?? ''} on ${dataset}`, steps: [step] }),
      )
    }),
  )
