import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { printMadeVersion } from '../versionText'
import { steps } from '../../node/jobs/steps/index'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

export const prune = (command: Command): Command =>
  addFlags(command.argument('<version>', 'id or unique name'), steps.get('prune').params, ['from']).action((reference: string, options: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      if (typeof options.dataset === 'string') await cli.client.call('datasets.get', { name: options.dataset })
      const step = { step: 'prune', from: version.id, ...given(options) }
      await printMadeVersion(cli, await execute(cli, { name: `prune ${version.name}`, steps: [step] }))
    }),
  )
