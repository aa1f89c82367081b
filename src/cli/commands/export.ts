import type { Command } from 'commander'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import type { PaddingCheck } from '../../shared/types'
import { bytes, figure, integer, percent } from '../output/format'

interface Options extends GlobalOptions {
  readonly format: string
  readonly out: string
  readonly padChannels?: boolean
}

export const exportVersion = (command: Command): Command =>
  command
    .argument('<version>', 'id or unique name')
    .option('--format <format>', 'onnx', 'onnx')
    .option(
      '--pad-channels',
      "pad odd channel counts with zeros to fill the runtime's vectors, where a run on real images gives the same scores",
    )
    .requiredOption('--out <file>', 'output file')
    .action((version: string, { format, out, padChannels = false, ...options }: Options) =>
      withCli(options, async ({ client, print, progress }) => {
        const { path, sizeBytes, padding, warnings } = await client.call('versions.export', {
          version,
          format,
          out,
          padChannels,
        })
        for (const text of warnings) progress.note(`warning: ${text}`)
        const { id } = (await client.call('versions.get', { version })).version
        print({ id, format, path, sizeBytes, padding, warnings }, () =>
          [`${path}, ${bytes(sizeBytes)}`, ...(padding ? [paddingText(padding)] : [])].join('\n'),
        )
      }),
    )

const paddingText = ({ agrees, filled, images, dataset, top1Agreement, largestDifference }: PaddingCheck): string =>
  `${agrees ? `padded: ${integer(filled)} groups of channels` : 'not padded'}; beside the original on ${integer(images)} images of '${dataset}': same class on ${percent(top1Agreement)}, largest difference of a score ${figure(largestDifference)}`
