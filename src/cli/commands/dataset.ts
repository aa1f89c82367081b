import type { Command } from 'commander'
import { resolve } from 'node:path'
import type { Run } from '../../shared/types'
import { withCli } from '../cli'
import type { Cli, GlobalOptions } from '../cli'
import { steps } from '../../node/jobs/steps/index'
import { follow } from '../execute'
import { addFlags, given } from '../flags'
import { integer } from '../output/format'

/** `dataset add NAME PATH…` and `dataset download cifar10`. */
export function dataset(command: Command): Command {
  const add = command
    .command('add <name> <path...>')
    .description("a folder, archive or file of labels; see 'nnopt extensions datasetFormats'")
  addFlags(add, steps.get('dataset-add').params, ['name', 'paths']).action(
    (name: string, paths: string[], options: GlobalOptions & Readonly<Record<string, unknown>>) =>
      withCli(options, async (cli) => {
        const sources = paths.map((path) => resolve(path))
        await finish(cli, await cli.client.call('datasets.add', { name, paths: sources, ...given(options) }), name)
      }),
  )
  command
    .command('download <name>')
    .description('cifar10')
    .action((name: string, options: GlobalOptions) =>
      withCli(options, async (cli) =>
        finish(cli, await cli.client.call('datasets.download', { name: name as 'cifar10' }), name),
      ),
    )
  command
    .command('rm <name>')
    .description('remove a dataset from the workspace; the original files are not changed')
    .action((name: string, options: GlobalOptions) =>
      withCli(options, async ({ client, print }) => {
        const removed = await client.call('datasets.remove', { name })
        print({ id: name, ...removed }, () => `dataset '${name}' removed`)
      }),
    )
  return command
}

async function finish(cli: Cli, run: Run, name: string): Promise<void> {
  await follow(cli, run)
  const record = await cli.client.call('datasets.get', { name })
  const { classes, counts, problems } = record
  const skipped =
    problems.length > 0
      ? `, ${integer(problems.length)} skipped (first: ${problems[0]!.path}: ${problems[0]!.reason})`
      : ''
  cli.print(
    { id: name, ...record },
    () =>
      `dataset '${name}':  ${integer(classes.length)} classes, ${integer(counts.train)} train, ${integer(counts.val)} val, ${integer(counts.test)} test images${skipped}`,
  )
}
