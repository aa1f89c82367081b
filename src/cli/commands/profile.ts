import type { Command } from 'commander'
import { profileParams } from '../../node/profile/trainingProfile'
import type { TrainingProfile } from '../../node/profile/trainingProfile'
import { parseAs } from '../../shared/parse'
import type { LayerProfile } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { addFlags, given } from '../flags'
import { printResult } from '../output/result'
import { table } from '../output/table'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

export const profile = (command: Command): Command =>
  addFlags(
    command
      .option('--inference <version>', 'profile inference of this version layer by layer, instead of training')
      .option('--threads <n>', 'inference threads', '1')
      .option('--runs <n>', 'inference runs', '20'),
    profileParams,
  ).action((options: Options) =>
    typeof options.inference === 'string' ? profileInference(options.inference, options) : profileTrainingStep(options),
  )

const layers = 15

const profileInference = (reference: string, options: Options): Promise<void> =>
  withCli(options, async (cli) => {
    const { version } = await cli.client.call('versions.get', { version: reference })
    const measured = await cli.client.call('versions.profile', {
      version: version.id,
      batch: Number(options.batch ?? 1),
      threads: Number(options.threads),
      runs: Number(options.runs),
    })
    cli.print(measured, () => inferenceText(version.name, measured))
  })

function inferenceText(
  name: string,
  { operators, layers: timed, unfused, nodes, kernels, advice, batch, threads, runs }: LayerProfile,
): string {
  const total = operators.reduce((sum, { ms }) => sum + ms, 0)
  const slowest = [...timed].sort((a, b) => b.ms - a.ms).slice(0, layers)
  return [
    `${name}: batch ${batch}, ${threads} threads, ${total.toFixed(2)} ms in ${kernels} kernels for ${nodes} nodes, median of ${runs} runs`,
    table(
      ['kernel', 'calls', 'ms', 'share'],
      operators.map(({ op, calls, ms }) => [op, String(calls), ms.toFixed(3), percent(ms / total)]),
    ),
    table(
      ['layer', 'kernel', 'ms', 'share'],
      slowest.map(({ name: layer, kernel, ms }) => [layer, kernel, ms.toFixed(3), percent(ms / total)]),
    ),
    ...(unfused.length > 0
      ? [
          `not fused: ${[...new Set(unfused.map(({ op }) => op))].map((op) => `${unfused.filter((node) => node.op === op).length} × ${op}`).join(', ')}; use --json to list them`,
        ]
      : []),
    ...advice.map((each) => `advice: ${each}`),
  ].join('\n\n')
}

async function profileTrainingStep(options: Options): Promise<void> {
  const params = parseAs(profileParams, given(options, ['threads', 'runs']), 'profile')
  const { runProfile } = await import('../../node/profile/runProfile')
  const measured = await runProfile(params)
  printResult(options.json === true, measured, () => profileText(measured))
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

function profileText({
  backend,
  precision,
  version,
  device,
  resolution,
  batch,
  steps,
  stepMs,
  imagesPerSecond,
  operations,
  outside,
}: TrainingProfile): string {
  const rows = operations.map(({ operation, calls, ms, share }) => [
    operation,
    calls.toFixed(0),
    ms.toFixed(2),
    percent(share),
  ])
  const head = `${backend} ${version}, ${device}: ${resolution}×${resolution}, batch ${batch}, ${precision}, ${stepMs.toFixed(1)} ms/step over ${steps} steps, ${imagesPerSecond.toFixed(1)} img/s`
  return `${head}\n${table(['operation', 'calls', 'ms/step', 'share'], [...rows, ['outside operations', '0', outside.ms.toFixed(2), percent(outside.share)]])}`
}
