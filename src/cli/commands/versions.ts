import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { versionTable } from '../versionText'

export const versions = (command: Command): Command =>
  command
    .option('--deleted', 'list the versions in the trash')
    .action(({ deleted, ...options }: GlobalOptions & { deleted?: boolean }) =>
      withCli(options, async ({ client, json, print }) => {
        const list = await client.call('versions.list', { deleted: deleted ?? false })
        const details =
          json || deleted ? [] : await Promise.all(list.map(({ id }) => client.call('versions.get', { version: id })))
        const known = deleted
          ? list.map((version) => ({
              version,
              lineage: [],
              evaluations: [],
              benchmarks: [],
              quantization: null,
              tuning: null,
            }))
          : details
        print(list, () =>
          list.length === 0
            ? "no versions yet: make one with 'nnopt import FILE.onnx --name NAME', 'nnopt train' or 'nnopt demo'"
            : versionTable(known),
        )
      }),
    )
