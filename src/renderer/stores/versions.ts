import { defineStore } from 'pinia'
import type { Benchmark, Evaluation, Version } from '../../shared/types'
import { useEngine } from './engine'
import { createLoadable } from './loadable'

/** A version with its newest measurements. */
export interface VersionRow {
  readonly version: Version
  readonly parentName: string | undefined
  readonly evaluation: Evaluation | undefined
  readonly benchmark: Benchmark | undefined
}

export const useVersions = defineStore('versions', () => {
  const engine = useEngine()
  const rows = createLoadable(async (): Promise<readonly VersionRow[]> => {
    const versions = await engine.call('versions.list', {})
    const names = new Map(versions.map(({ id, name }) => [id, name]))
    return Promise.all(versions.map(async (version) => {
      const { evaluations, benchmarks } = await engine.call('versions.get', { version: version.id })
      return { version, parentName: names.get(version.parentId ?? ''), evaluation: evaluations[0]?.evaluation, benchmark: benchmarks[0]?.benchmark }
    }))
  })
  engine.onEvent(({ kind }) => {
    if (kind === 'reset' || kind === 'versions.changed') void rows.load()
  })
  if (engine.isOpen) void rows.load()
  return { ...rows }
})
