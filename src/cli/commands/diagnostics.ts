import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'

/** What belongs into a report of a fault. */
export const diagnostics = (command: Command): Command =>
  command.action((options: GlobalOptions) =>
    withCli(options, async ({ client, print }) => {
      const report = await client.call('system.diagnostics', {})
      print(report, () => report.text)
    }),
  )
