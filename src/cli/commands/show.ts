import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { networkText } from '../networkText'
import { versionText } from '../versionText'

export const show = (command: Command): Command =>
  command.argument('<version>', 'id or unique name').action((version: string, options: GlobalOptions) =>
    withCli(options, async ({ client, print }) => {
      const details = await client.call('versions.get', { version })
      const network = await client.call('versions.network', { version: details.version.id })
      const { version: facts, ...rest } = details
      print(
        { ...facts, ...rest, ...network },
        () => `${versionText(details)}\n\n${networkText(network, facts.sizeBytes)}`,
      )
    }),
  )
