import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import type { Run } from '../../shared/types'
import { runTable } from '../runText'

/** `runs` lists them, `runs rm RUN…` deletes some. */
export function runs(command: Command): Command {
  command
    .command('list', { isDefault: true })
    .description('list runs')
    .action((options: GlobalOptions) =>
      withCli(options, async ({ client, print }) => {
        const list = await client.call('runs.list', {})
        print(list, () => (list.length === 0 ? 'no runs yet' : runTable(list)))
      }),
    )
  command
    .command('rm <run...>')
    .description('delete ended runs with their logs, metrics and checkpoints; versions stay')
    .action((names: readonly string[], options: GlobalOptions) =>
      withCli(options, async ({ client, print }) => {
        const removed: Run[] = []
        for (const run of names) removed.push(await client.call('runs.remove', { run }))
        print(removed, () => removed.map(({ id, name }) => `run '${name}' (${id}) deleted`).join('\n'))
      }),
    )
  return command
}
