import type { Command } from 'commander'
import type { Run } from '../../shared/types'
import { quantizationFacts, quantizationGoal } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { bytes } from '../output/format'
import { exitCodes } from '../exitCodes'
import { goalText, quantizationText } from '../quantizationText'
import { steps } from '../../node/jobs/steps/index'

interface Options extends GlobalOptions, Readonly<Record<string, unknown>> {
  readonly dataset: string
}

export const quantize = (command: Command): Command =>
  addFlags(
    command
      .argument('<version>', 'id or unique name')
      .requiredOption('--dataset <name>', 'dataset with the calibration images'),
    steps.get('quantize').params,
    ['from', 'dataset'],
  ).action((reference: string, { dataset, ...options }: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      await cli.client.call('datasets.get', { name: dataset })
      const step = { step: 'quantize', from: version.id, dataset, ...given(options) }
      await printQuantized(cli, await execute(cli, { name: `quantize ${version.name}`, steps: [step] }))
    }),
  )

async function printQuantized(cli: Cli, run: Run): Promise<void> {
  const { versionId = '', output } = run.results[0]!
  const { version } = await cli.client.call('versions.get', { version: versionId })
  const facts = quantizationFacts.safeParse(output)
  const goal = quantizationGoal.safeParse(output?.goal)
  const heading = `${version.precision} version '${version.name}' (${version.id}), ${bytes(version.sizeBytes)}`
  cli.print({ ...version, runId: run.id, ...output }, () =>
    [
      heading,
      ...(facts.success ? [quantizationText(facts.data)] : []),
      ...(goal.success ? [goalText(goal.data)] : []),
    ].join('\n\n'),
  )
  if (goal.success && !goal.data.met) process.exitCode = exitCodes.goalNotMet
}
