import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { table } from '../output/table'

export const backends = (command: Command): Command =>
  command.action((options: GlobalOptions) =>
    withCli(options, async ({ client, print }) => {
      const list = await client.call('backends.list', {})
      const rows = list.map(({ id, label, available, isDefault, version, device, reason }) => [id, available ? `${label} ${version ?? ''} on ${device ?? ''}${isDefault ? ' (default)' : ''}` : `not available: ${reason ?? ''}`])
      print(list, () => table(['backend', 'state'], rows))
    }),
  )
