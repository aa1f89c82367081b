import type { ReportData, ReportedVersion, Version } from '../../shared/types'
import { programVersion } from '../programVersion'
import type { Store } from '../store'
import { resolveVersion } from '../store/resolve'

export interface ReportRequest {
  /** Ids or names; all versions if empty. */
  readonly versions: readonly string[]
  readonly title?: string | undefined
}

/** The contents of a report, collected from the store. */
export async function gatherReport(
  store: Store,
  { versions: references, title = 'NNOpt Studio report' }: ReportRequest,
): Promise<ReportData> {
  const chosen =
    references.length > 0
      ? await Promise.all(references.map((reference) => resolveVersion(store, reference)))
      : await store.versions.list(false)
  const oldestFirst = [...chosen].sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  return {
    title,
    createdAt: new Date().toISOString(),
    programVersion: programVersion(),
    versions: await Promise.all(oldestFirst.map((version) => reported(store, version))),
  }
}

const epochPoints = 500

async function reported(store: Store, version: Version): Promise<ReportedVersion> {
  const epochs =
    version.origin === 'trained' && version.runId !== null
      ? await store.metrics.list(version.runId, { kind: 'epoch', points: epochPoints })
      : []
  return {
    version,
    evaluations: await store.measurements.evaluations(version.id),
    benchmarks: await store.measurements.benchmarks(version.id),
    epochs,
  }
}
