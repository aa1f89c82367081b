import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'

interface Options extends GlobalOptions {
  readonly out: string
  readonly title?: string
}

export const report = (command: Command): Command =>
  command
    .argument('[version...]', 'ids or unique names (default: all versions)')
    .requiredOption('--out <file>', 'HTML file to write')
    .option('--title <title>', 'title of the report')
    .action((versions: string[], { out, title, ...options }: Options) =>
      withCli(options, async ({ client, print }) => {
        const { path } = await client.call('report.create', { versions, out, ...(title !== undefined && { title }) })
        print({ path }, () => path ?? '')
      }),
    )
