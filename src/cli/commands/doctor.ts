import type { Command } from 'commander'
import type { DoctorFinding } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { exitCodes } from '../exitCodes'

const marks: Readonly<Record<DoctorFinding['status'], string>> = {
  ok: 'ok      ',
  warning: 'warning ',
  problem: 'problem ',
  repaired: 'repaired',
}

const line = ({ check, status, message, repair }: DoctorFinding): string =>
  `${marks[status]}  ${check}: ${message}${repair === undefined ? '' : ` (--repair: ${repair})`}`

/** Fails if a problem remains. */
export const doctor = (command: Command): Command =>
  command
    .option('--repair', 'repair what can be repaired')
    .action(({ repair, ...options }: GlobalOptions & { repair?: boolean }) =>
      withCli(options, async ({ client, print }) => {
        const findings = await client.call('doctor.check', { repair: repair ?? false })
        print(findings, () => findings.map(line).join('\n'))
        if (findings.some(({ status }) => status === 'problem')) process.exitCode = exitCodes.failed
      }),
    )
