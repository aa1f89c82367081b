import type { Command } from 'commander'
import type { Version } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { bytes, integer } from '../output/format'

/** One after the other, so that an unknown name says what was done before it. */
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
          "is in the trash; 'nnopt restore' brings it back",
        ),
      ),
    )

export const restore = (command: Command): Command =>
  command
    .argument('<version...>', 'ids or unique names')
    .action((references: string[], options: GlobalOptions) =>
      withCli(options, (cli) =>
        each(references, cli, (version) => cli.client.call('versions.restore', { version }), 'is back'),
      ),
    )

export const purge = (command: Command): Command =>
  command
    .argument('[version]', 'a deleted version; all of them when left out')
    .action((version: string | undefined, options: GlobalOptions) =>
      withCli(options, async ({ client, print }) => {
        const result = await client.call('versions.purge', version === undefined ? {} : { version })
        print(result, () => `${integer(result.removed.length)} versions removed, ${bytes(result.freedBytes)} freed`)
      }),
    )
