import type { Command } from 'commander'
import type { PrunePlan } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { planText } from '../planText'
import { printMadeVersion } from '../versionText'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly plan?: boolean
}

export const prune = (command: Command): Command =>
  addFlags(
    command
      .argument('<version>', 'id or unique name')
      .option('--plan', 'show the gains and costs per group without pruning'),
    steps.get('prune-plan').params,
    ['from'],
  ).action((reference: string, { plan = false, ...options }: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      if (typeof options.dataset === 'string') await cli.client.call('datasets.get', { name: options.dataset })
      const step = { step: plan ? 'prune-plan' : 'prune', from: version.id, ...given(options) }
      const run = await execute(cli, { name: `${plan ? 'plan pruning of' : 'prune'} ${version.name}`, steps: [step] })
      if (!plan) return printMadeVersion(cli, run)
      const result = run.results[0]!.output?.plan as PrunePlan
      cli.print(result, () => planText(version.name, result))
    }),
  )
