import type { Command } from 'commander'
import { z } from 'zod'
import { tuning } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { execute } from '../execute'
import { addFlags, given } from '../flags'
import { steps } from '../../node/jobs/steps/index'
import { tuningTable } from '../tuningText'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

const output = z.object({ tuning })

export const tune = (command: Command): Command =>
  addFlags(command.argument('<version>', 'id or unique name'), steps.get('tune').params, ['version']).action(
    (reference: string, options: Options) =>
      withCli(options, async (cli) => {
        const { version } = await cli.client.call('versions.get', { version: reference })
        const run = await execute(cli, {
          name: `tune ${version.name}`,
          steps: [{ step: 'tune', version: version.id, ...given(options) }],
        })
        const { tuning: found } = output.parse(run.results[0]!.output)
        cli.print(found, () => tuningTable(found))
      }),
  )
