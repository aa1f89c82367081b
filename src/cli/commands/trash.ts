import type { Command } from 'commander'
import type { Version } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { bytes, integer } from '../output/format'

/** One at a time, so that an unknown name leaves a clear record of what was done before it. */
async function each(
  references: readonly string[],
  cli: Cli,
  change: (version: string) => Promise<Version>,
  done: string,
): Promise<void> {
  const changed: Version[] = []
  for (const reference of references) changed.push(await change(reference))
  cli.print(changed, () => changed.map(({ name, id }) => `version '${name}' (${id}) ${done}`).join('\n'))
}

export const remove = (command: Command): Command =>
  command
    .argument('<version...>', 'ids or unique names')
    .action((references: string[], options: GlobalOptions) =>
      withCli(options, (cli) =>
        each(
          references,
          cli,
          (version) => cli.client.call('versions.remove', { version }),
          "moved to the trash; restore it with 'nnopt restore'",
        ),
      ),
    )

export const restore = (command: Command): Command =>
  command
    .argument('<version...>', 'ids or unique names')
    .action((references: string[], options: GlobalOptions) =>
      withCli(options, (cli) =>
        each(references, cli, (version) => cli.client.call('versions.restore', { version }), 'restored'),
      ),
    )

export const purge = (command: Command): Command =>
  command
    .argument('[version]', 'a version in the trash (default: all of them)')
    .action((version: string | undefined, options: GlobalOptions) =>
      withCli(options, async ({ client, print }) => {
        const result = await client.call('versions.purge', version === undefined ? {} : { version })
        print(result, () => `${integer(result.removed.length)} versions removed, ${bytes(result.freedBytes)} freed`)
      }),
    )
