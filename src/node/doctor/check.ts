import type { DoctorFinding } from '../../shared/types'
import type { Store } from '../store'

/** One problem. */
export interface Fault {
  readonly message: string
  /** Warnings do not count as failures. */
  readonly severity?: 'warning'
  readonly repair?: { readonly description: string; run(): void | Promise<void> }
}

/** One check of the workspace. */
export interface Check {
  readonly id: string
  /** The message if nothing is wrong. */
  readonly ok: string
  faults(store: Store): readonly Fault[] | Promise<readonly Fault[]>
}

export async function runCheck(check: Check, store: Store, repair: boolean): Promise<readonly DoctorFinding[]> {
  const faults = await check.faults(store)
  if (faults.length === 0) return [{ check: check.id, status: 'ok', message: check.ok }]
  const findings: DoctorFinding[] = []
  for (const fault of faults) findings.push(await report(check, fault, repair))
  return findings
}

async function report({ id }: Check, { message, severity, repair }: Fault, doRepair: boolean): Promise<DoctorFinding> {
  if (repair && doRepair) {
    await repair.run()
    return { check: id, status: 'repaired', message: `${message}: ${repair.description}` }
  }
  return { check: id, status: severity ?? 'problem', message, ...(repair && { repair: repair.description }) }
}
