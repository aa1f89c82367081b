import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { integer } from '../output/format'
import { table } from '../output/table'

export const datasets = (command: Command): Command =>
  command.action((options: GlobalOptions) =>
    withCli(options, async ({ client, print }) => {
      const list = await client.call('datasets.list', {})
      const rows = list.map(({ name, classes, counts, source }) => [
        name,
        integer(classes.length),
        integer(counts.train),
        integer(counts.val),
        integer(counts.test),
        source.path,
      ])
      print(list, () =>
        rows.length === 0
          ? "no datasets yet: add one with 'nnopt dataset add NAME PATH' or 'nnopt dataset download cifar10'"
          : table(['name', 'classes', 'train', 'val', 'test', 'source'], rows),
      )
    }),
  )
