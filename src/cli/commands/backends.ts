import type { Command } from 'commander'
import type { BackendInfo } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { bytes } from '../output/format'
import { table } from '../output/table'

type Options = GlobalOptions & { readonly measure?: boolean; readonly score: boolean }

export const backends = (command: Command): Command =>
  command
    .option('--measure', 'measure all scores again, including software-emulated devices')
    .option('--no-score', 'show known scores without measuring anything')
    .action((options: Options) =>
      withCli(options, async ({ client, print }) => {
        const list = options.score
          ? await client.call('backends.measure', { again: options.measure ?? false })
          : await client.call('backends.list', {})
        print(list, () => text(list))
      }),
    )

function text(list: readonly BackendInfo[]): string {
  const rows = list.map(({ id, label, available, isDefault, version, device, memoryBytes, reason, score }) => [
    id,
    available
      ? `${label} ${version ?? ''} on ${device ?? ''}${isDefault ? ' (default)' : ''}`
      : `not available: ${reason ?? ''}`,
    memoryBytes === null ? '–' : bytes(memoryBytes),
    score ? score.imagesPerSecond.toFixed(0) : '–',
  ])
  const protocol = list.find(({ score }) => score)?.score?.protocol
  return [table(['backend', 'state', 'memory', 'img/s'], rows), ...(protocol ? [`img/s: ${protocol}`] : [])].join('\n')
}
