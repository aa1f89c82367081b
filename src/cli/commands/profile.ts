import type { Command } from 'commander'
import { NNOptError } from '../../shared/errors'
import { profileParams } from '../../node/profile/trainingProfile'
import type { TrainingProfile } from '../../node/profile/trainingProfile'
import type { GlobalOptions } from '../cli'
import { addFlags, given } from '../flags'
import { table } from '../output/table'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

export const profile = (command: Command): Command => addFlags(command, profileParams).action(profileTrainingStep)

async function profileTrainingStep(options: Options): Promise<void> {
  const params = profileParams.safeParse(given(options))
  if (!params.success) throw new NNOptError('wrongCall', `--${String(params.error.issues[0]?.path[0])}: ${params.error.issues[0]?.message}`)
  const { runProfile } = await import('../../node/profile/runProfile')
  const measured = await runProfile(params.data)
  process.stdout.write(`${options.json ? JSON.stringify(measured, null, 2) : profileText(measured)}\n`)
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

function profileText({ backend, version, device, resolution, batch, steps, stepMs, imagesPerSecond, operations, outside }: TrainingProfile): string {
  const rows = operations.map(({ operation, calls, ms, share }) => [operation, calls.toFixed(0), ms.toFixed(2), percent(share)])
  const head = `${backend} ${version}, ${device}: ${resolution}×${resolution}, batch ${batch}, ${stepMs.toFixed(1)} ms a step over ${steps} steps, ${imagesPerSecond.toFixed(1)} img/s`
  return `${head}\n${table(['operation', 'calls', 'ms a step', 'share'], [...rows, ['outside of operations', '0', outside.ms.toFixed(2), percent(outside.share)]])}`
}
