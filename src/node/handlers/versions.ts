import { closeSync, openSync, readSync } from 'node:fs'
import type { Handlers } from '../../shared/contract'
import type { Version } from '../../shared/types'
import type { InspectionName } from '../inspect/names'
import { cpuFingerprint } from '../inference/fingerprint'
import { quantizationFactsOf } from '../store/quantizationFacts'
import { resolveVersion } from '../store/resolve'
import { purgeVersions, removeVersion, restoreVersion } from '../store/trash'
import { compareVersions } from './compareVersions'
import type { HostParts } from './parts'
import { startedRecipes } from './startedRecipes'

type VersionHandlers = Pick<
  Handlers,
  Exclude<Extract<keyof Handlers, `versions.${string}`>, InspectionName | 'versions.network' | 'versions.code'>
>

export function versionHandlers({ store, queue, hub }: HostParts): VersionHandlers {
  const changed = (version: Version): Version => {
    hub.publish({ kind: 'versions.changed', id: version.id })
    return version
  }
  return {
    'versions.list': ({ deleted }) => store.versions.list(deleted),
    'versions.get': async ({ version: reference }) => {
      // By id, versions in the trash are found too; their page offers to restore them.
      const version = (await store.versions.find(reference)) ?? (await resolveVersion(store, reference))
      return {
        version,
        lineage: await lineageOf(store, version),
        evaluations: await store.measurements.evaluations(version.id),
        benchmarks: await store.measurements.benchmarks(version.id),
        quantization: version.deletedAt === null ? quantizationFactsOf(store, version) : null,
        tuning: store.tunings.find(version.id, cpuFingerprint()) ?? null,
      }
    },
    'versions.table': async () => {
      const [evaluations, benchmarks, versions] = await Promise.all([
        store.measurements.newestEvaluations(),
        store.measurements.newestBenchmarks(),
        store.versions.list(false),
      ])
      return versions.map((version) => ({
        version,
        evaluations: evaluations.get(version.id) ?? [],
        benchmarks: benchmarks.get(version.id) ?? [],
      }))
    },
    'versions.compare': async ({ first, second, flips }) =>
      compareVersions(store, await resolveVersion(store, first), await resolveVersion(store, second), flips),
    'versions.update': async ({ version: reference, ...change }) => {
      const version = await resolveVersion(store, reference)
      return changed((await store.versions.update(version.id, change)) ?? version)
    },
    'versions.remove': async ({ version }) => changed(await removeVersion(store, await resolveVersion(store, version))),
    'versions.restore': async ({ version }) =>
      changed(await restoreVersion(store, await resolveVersion(store, version, { deleted: true }))),
    'versions.purge': async ({ version }) => {
      const chosen =
        version === undefined
          ? await store.versions.list(true)
          : [await resolveVersion(store, version, { deleted: true })]
      const result = await purgeVersions(store, chosen)
      hub.publish({ kind: 'versions.changed' })
      return result
    },
    'versions.import': (params) => queue.start(startedRecipes['versions.import'](params)),
    'versions.read': async ({ version: reference, offset, length }) => {
      const { id, name, sizeBytes } = await resolveVersion(store, reference)
      return {
        bytes: readPiece(store.paths.model(id), offset, length),
        totalBytes: sizeBytes,
        fileName: `${name}.onnx`,
      }
    },
  }
}

/** From the version's parent to its first known ancestor, including deleted ones. */
async function lineageOf({ versions }: HostParts['store'], version: Version): Promise<readonly Version[]> {
  const readable = [...(await versions.list(false)), ...(await versions.list(true))]
  const known = new Map(readable.map((each) => [each.id, each]))
  const above = ({ parentId }: Version): readonly Version[] => {
    const parent = parentId === null ? undefined : known.get(parentId)
    return parent ? [parent, ...above(parent)] : []
  }
  return above(version)
}

function readPiece(path: string, offset: number, length: number): Uint8Array {
  const descriptor = openSync(path, 'r')
  try {
    const piece = new Uint8Array(length)
    return piece.subarray(0, readSync(descriptor, piece, 0, length, offset))
  } finally {
    closeSync(descriptor)
  }
}
