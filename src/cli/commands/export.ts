import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { bytes } from '../output/format'

interface Options extends GlobalOptions {
  readonly format: string
  readonly out: string
  readonly padChannels?: boolean
}

export const exportVersion = (command: Command): Command =>
  command
    .argument('<version>', 'id or unique name')
    .option('--format <format>', 'onnx', 'onnx')
    .option('--pad-channels', "pad odd channel counts with zeros to fill the runtime's vectors; results do not change")
    .requiredOption('--out <file>', 'output file')
    .action((version: string, { format, out, padChannels = false, ...options }: Options) =>
      withCli(options, async ({ client, print }) => {
        const { path, sizeBytes } = await client.call('versions.export', { version, format, out, padChannels })
        print(
          { id: (await client.call('versions.get', { version })).version.id, format, path, sizeBytes },
          () => `${path}, ${bytes(sizeBytes)}`,
        )
      }),
    )
