import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { follow } from '../execute'
import { printRun } from '../runText'

export const resume = (command: Command): Command =>
  command
    .argument('<run>', 'id or unique name')
    .action((run: string, options: GlobalOptions) =>
      withCli(options, async (cli) => printRun(cli, await follow(cli, await cli.client.call('runs.resume', { run })))),
    )
