import { closeSync, openSync, readSync } from 'node:fs'
import type { Handlers } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import type { Version } from '../../shared/types'
import type { InspectionName } from '../inspect/names'
import { cpuFingerprint } from '../inference/fingerprint'
import { quantizationFactsOf } from '../store/quantizationFacts'
import { exportedBytes } from '../store/exportedBytes'
import { resolveVersion } from '../store/resolve'
import { purgeVersions, removeVersion, restoreVersion } from '../store/trash'
import { writeArtifact } from '../store/writeArtifact'
import { compareVersions } from './compareVersions'
import type { HostParts } from './parts'

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
    'versions.get': ({ version: reference }) => {
      // By its id also what is in the trash, whose page brings it back.
      const version = store.versions.find(reference) ?? resolveVersion(store, reference)
      return {
        version,
        lineage: lineageOf(store, version),
        evaluations: store.measurements.evaluations(version.id),
        benchmarks: store.measurements.benchmarks(version.id),
        quantization: version.deletedAt === null ? quantizationFactsOf(store, version) : null,
        tuning: store.tunings.find(version.id, cpuFingerprint()) ?? null,
      }
    },
    'versions.table': () => {
      const evaluations = store.measurements.newestEvaluations()
      const benchmarks = store.measurements.newestBenchmarks()
      return store.versions.list(false).map((version) => ({
        version,
        evaluation: evaluations.get(version.id) ?? null,
        benchmarks: benchmarks.get(version.id) ?? [],
      }))
    },
    'versions.compare': ({ first, second, flips }) =>
      compareVersions(store, resolveVersion(store, first), resolveVersion(store, second), flips),
    'versions.update': ({ version: reference, ...change }) => {
      const { id } = resolveVersion(store, reference)
      store.versions.update(id, change)
      return changed(store.versions.find(id) as Version)
    },
    'versions.remove': ({ version }) => changed(removeVersion(store, resolveVersion(store, version))),
    'versions.restore': ({ version }) =>
      changed(restoreVersion(store, resolveVersion(store, version, { deleted: true }))),
    'versions.purge': ({ version }) => {
      const chosen =
        version === undefined ? store.versions.list(true) : [resolveVersion(store, version, { deleted: true })]
      const result = purgeVersions(store, chosen)
      hub.publish({ kind: 'versions.changed' })
      return result
    },
    'versions.import': ({ name, ...params }) =>
      queue.start({ name: `import ${name}`, steps: [{ step: 'import', name, ...params }] }),
    'versions.export': ({ version: reference, format, out, padChannels }) => {
      if (format !== 'onnx') throw new NNOptError('wrongCall', `unknown format '${format}': expected one of onnx`)
      const bytes = exportedBytes(store.paths.model(resolveVersion(store, reference).id), padChannels)
      return { path: writeArtifact(out, bytes), sizeBytes: bytes.length }
    },
    'versions.read': ({ version: reference, offset, length }) => {
      const { id, name, sizeBytes } = resolveVersion(store, reference)
      return {
        bytes: readPiece(store.paths.model(id), offset, length),
        totalBytes: sizeBytes,
        fileName: `${name}.onnx`,
      }
    },
  }
}

/** From the version's parent to its first ancestor that is still known, deleted ones included. */
function lineageOf(store: HostParts['store'], version: Version): readonly Version[] {
  const parent = version.parentId === null ? undefined : store.versions.find(version.parentId)
  return parent ? [parent, ...lineageOf(store, parent)] : []
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
