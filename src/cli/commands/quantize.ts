import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { printMadeVersion } from '../versionText'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly dataset: string
}

export const quantize = (command: Command): Command =>
  addFlags(command.argument('<version>', 'id or unique name').requiredOption('--dataset <name>', 'data set of the calibration images'), steps.get('quantize').params, ['from', 'dataset']).action(
    (reference: string, { dataset, ...options }: Options) =>
      withCli(options, async (cli) => {
        const { version } = await cli.client.call('versions.get', { version: reference })
        await cli.client.call('datasets.get', { name: dataset })
        const step = { step: 'quantize', from: version.id, dataset, ...given(options) }
        await printMadeVersion(cli, await execute(cli, { name: `quantize ${version.name}`, steps: [step] }))
      }),
  )
