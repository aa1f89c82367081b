import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'

interface Options extends GlobalOptions {
  readonly name?: string
  readonly tag?: readonly string[]
  readonly notes?: string
}

export const rename = (command: Command): Command =>
  command
    .argument('<version>', 'id or unique name')
    .option('--name <name>', 'new name')
    .option('--tag <tag...>', 'tags, replacing the current ones')
    .option('--notes <text>', 'notes, replacing the current ones')
    .action((version: string, { name, tag, notes, ...options }: Options) =>
      withCli(options, async ({ client, print }) => {
        const changed = await client.call('versions.update', {
          version,
          ...(name !== undefined && { name }),
          ...(tag && { tags: tag }),
          ...(notes !== undefined && { notes }),
        })
        print(changed, () => `version '${changed.name}' (${changed.id})`)
      }),
    )
