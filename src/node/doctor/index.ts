import type { DoctorFinding } from '../../shared/types'
import type { Store } from '../store'
import { runCheck } from './check'
import type { Check } from './check'
import { measurementRows, rows } from './rowChecks'
import { trashFolders, versionFolders, versionRows } from './versionChecks'
import { activeRuns, database, datasetFiles, datasetFolders, diskSpace, locks, runFolders } from './workspaceChecks'

/** Runs come first: the remains of an abandoned run can only be judged once it no longer counts as active. */
const checks: readonly Check[] = [
  database,
  rows,
  measurementRows,
  activeRuns,
  versionRows,
  versionFolders,
  trashFolders,
  datasetFiles,
  datasetFolders,
  runFolders,
  diskSpace,
  locks,
]

/** Checks the whole workspace; with `repair`, fixes what can be fixed without losing anything; with `deep`, reads every file. */
export async function checkWorkspace(store: Store, repair: boolean, deep = false): Promise<readonly DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  for (const check of [...checks, ...(deep ? (await import('./deepChecks')).deepChecks : [])])
    findings.push(...(await runCheck(check, store, repair)))
  return findings
}

/** The same, and what this machine can compute with. */
export const runDoctor = async (store: Store, repair: boolean, deep = false): Promise<readonly DoctorFinding[]> => [
  ...(await checkWorkspace(store, repair, deep)),
  ...(await backendFindings()),
]

async function backendFindings(): Promise<readonly DoctorFinding[]> {
  const { backendInfos } = await import('../handlers/backendList')
  return (await backendInfos()).map(({ label, available, device, version, reason }) => ({
    check: 'backends',
    status: available ? 'ok' : 'warning',
    message: available
      ? `${label} ${version ?? ''} on ${device ?? 'the CPU'}`
      : `${label}: ${reason ?? 'not available'}`,
  }))
}
