import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { runTable } from '../runText'

export const runs = (command: Command): Command =>
  command.action((options: GlobalOptions) =>
    withCli(options, async ({ client, print }) => {
      const list = await client.call('runs.list', {})
      print(list, () => (list.length === 0 ? 'no runs yet' : runTable(list)))
    }),
  )
