import type { Command } from 'commander'
import type { DoctorFinding } from '../../shared/types'
import { withCli } from '../cli'
import type { GlobalOptions } from '../cli'
import { exitCodes } from '../exitCodes'
import { printResult } from '../output/result'

interface Options extends GlobalOptions {
  readonly repair?: boolean
  readonly dryRun?: boolean
  readonly deep?: boolean
  readonly restoreBackup?: string | true
}

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
    .option('--repair', 'repair what can be repaired; nothing is deleted')
    .option('--dry-run', 'with --repair: show what would be done')
    .option('--deep', 'read every file and compare it with its checksum')
    .option('--restore-backup [file]', 'go back to a backup of the database, the newest unless named')
    .action(async ({ repair = false, dryRun = false, deep = false, restoreBackup, ...options }: Options) => {
      const isRepair = repair && !dryRun
      const findings = await (restoreBackup === undefined
        ? withoutDatabase(options, isRepair)
        : restore(options, restoreBackup))
      if (findings) return report(findings, options.json ?? false)
      await withCli(options, async ({ client, json }) =>
        report(await client.call('doctor.check', { repair: isRepair, deep }), json),
      )
    })

function report(findings: readonly DoctorFinding[], json: boolean): void {
  printResult(json, findings, () => findings.map(line).join('\n'))
  if (findings.some(({ status }) => status === 'problem')) process.exitCode = exitCodes.failed
}

/** What can be done about a database that is lost, or was; undefined when the database can be opened. */
async function withoutDatabase(
  { workspace }: GlobalOptions,
  isRepair: boolean,
): Promise<readonly DoctorFinding[] | undefined> {
  const [
    { openStore },
    { isDatabaseLost },
    { defaultWorkspace, workspacePaths },
    { planRebuild, rebuild, rebuildFindings },
    { isReadOnly },
  ] = await Promise.all([
    import('../../node/store/index'),
    import('../../node/store/storageError'),
    import('../../node/store/workspace'),
    import('../../node/doctor/rebuild'),
    import('../../node/store/readOnly'),
  ])
  const paths = workspacePaths(defaultWorkspace(workspace))
  if (isReadOnly(paths)) return undefined
  try {
    await (await openStore(paths.root)).close()
    return undefined
  } catch (error) {
    if (!isDatabaseLost(error)) throw error
    const plan = planRebuild(paths)
    if (isRepair) rebuild(paths, plan)
    return rebuildFindings(paths, plan, error.message, isRepair)
  }
}

async function restore({ workspace }: GlobalOptions, file: string | true): Promise<readonly DoctorFinding[]> {
  const [{ restoreBackup }, { defaultWorkspace, workspacePaths }] = await Promise.all([
    import('../../node/store/backups'),
    import('../../node/store/workspace'),
  ])
  const backup = restoreBackup(workspacePaths(defaultWorkspace(workspace)), file === true ? undefined : file)
  return [
    {
      check: 'database',
      status: 'repaired',
      message: `the backup '${backup}' is in place; the database before it is in lost+found`,
    },
  ]
}
