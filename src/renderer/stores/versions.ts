import { defineStore } from 'pinia'
import { underSharedConditions } from '../../shared/comparability'
import type { Benchmark, EvaluationSummary, Version } from '../../shared/types'
import { useEngine } from './engine'
import { createLoadable } from './loadable'

/** A version with its latest measurements. */
export interface VersionRow {
  readonly version: Version
  readonly parentName: string | undefined
  readonly evaluation: EvaluationSummary | undefined
  /** The newest on each selection of images, newest first. */
  readonly evaluations: readonly EvaluationSummary[]
  /** Under the conditions that all rows have in common as far as possible, so that they can be compared. */
  readonly benchmark: Benchmark | undefined
  /** Under all conditions, newest first. */
  readonly benchmarks: readonly Benchmark[]
}

/** Steps of a run report changes in bursts; one load covers them all. */
const burstMs = 60

export const useVersions = defineStore('versions', () => {
  const engine = useEngine()
  const rows = createLoadable(async (): Promise<readonly VersionRow[]> => {
    const table = await engine.call('versions.table', {})
    const names = new Map(table.map(({ version: { id, name } }) => [id, name]))
    const shared = underSharedConditions(table.map(({ benchmarks }) => benchmarks))
    return table.map(({ version, evaluations, benchmarks }, index) => ({
      version,
      parentName: names.get(version.parentId ?? ''),
      evaluation: evaluations[0],
      evaluations,
      benchmark: shared[index],
      benchmarks,
    }))
  })
  let waiting: ReturnType<typeof setTimeout> | undefined
  engine.onEvent((event) => {
    const concerns =
      event.kind === 'reset' ||
      event.kind === 'versions.changed' ||
      (event.kind === 'run.changed' && event.run.status === 'done')
    if (concerns) waiting ??= setTimeout(() => ((waiting = undefined), void rows.load()), burstMs)
  })
  if (engine.isOpen) void rows.load()
  return { ...rows }
})
