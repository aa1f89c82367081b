import type { Command } from 'commander'
import { z } from 'zod'
import { recommendation } from '../../shared/types'
import type { Recommendation } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { figure, percent } from '../output/format'
import { table } from '../output/table'
import { steps } from '../../node/jobs/steps/index'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

const output = z.object({ recommendation })

export const recommend = (command: Command): Command =>
  addFlags(command.argument('<version>', 'id or unique name of an int8 version'), steps.get('recommend').params, [
    'version',
  ]).action((reference: string, options: Options) =>
    withCli(options, async (cli) => {
      const { version } = await cli.client.call('versions.get', { version: reference })
      const run = await execute(cli, {
        name: `recommend ${version.name}`,
        steps: [{ step: 'recommend', version: version.id, ...given(options) }],
      })
      const { recommendation: found } = output.parse(run.results[0]!.output)
      cli.print(found, () => recommendationText(found))
    }),
  )

const recommendationText = ({
  deployments,
  here,
  withoutVnni,
  cpu,
  saturates,
  runtime,
  batch,
  threads,
}: Recommendation): string =>
  [
    table(
      ['', 'accuracy', 'points vs. fp32 (95% CI)', 'img/s', '95% CI', 'MB', 'how'],
      deployments.map(
        ({
          kind,
          accuracy: { accuracy, difference, differenceInterval },
          accuracyIs,
          samplesPerSecond: speed,
          sizeBytes,
          how,
        }) => [
          kind,
          `${percent(accuracy)}${accuracyIs === 'simulated' ? ' (simulated)' : ''}`,
          `${points(difference)} (${differenceInterval.map(points).join(' to ')})`,
          speed ? figure(speed.median) : '–',
          speed ? `${figure(speed.low)} – ${figure(speed.high)}` : '–',
          (sizeBytes / 1e6).toFixed(2),
          how,
        ],
      ),
    ),
    `${runtime}, batch ${batch}, ${threads} threads, ${cpu.model}: 8-bit products ${saturates ? 'saturate' : 'do not saturate'}`,
    `on this CPU: ${here.kind} (${here.why})`,
    `on CPUs without VNNI: ${withoutVnni.kind} (${withoutVnni.why})`,
  ].join('\n\n')

const points = (share: number): string => `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)}`
