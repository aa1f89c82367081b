import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
import type { Engine, PaddingCheck, Tuning, Version } from '../../../../shared/types'
import { disturbance, idleLoad } from '../../../inference/benchmark/machineLoad'
import { cpuInfo, cpuState } from '../../../inference/cpu'
import { cpuFingerprint, installedLibraries } from '../../../inference/fingerprint'
import { readOpenvinoManifest } from '../../../inference/openvino/runtimePaths'
import { preferredForm } from '../../../inference/tune/preferredForm'
import { tune } from '../../../inference/tune/tune'
import { formFile } from '../../../inference/tuned'
import type { StepContext } from '../../step'
import { imageShape, preprocessingFor } from '../images/ends'
import { readModelFile } from '../versions/readModelFile'
import { checkedPadding } from './checkPadding'

export interface TuneRequest {
  readonly version: Version
  readonly batches: readonly number[]
  /** Those that are installed when left out. */
  readonly engines?: readonly Engine[] | undefined
}

/** Finds the fastest configuration of a version on this machine and keeps it, with the file that it needs. */
export async function tuneVersion(
  { version, batches, engines = installedEngines() }: TuneRequest,
  { store, signal, progress }: Pick<StepContext, 'store' | 'signal' | 'progress'>,
): Promise<Tuning> {
  const load = await idleLoad()
  const before = disturbance('before the start', load)
  const [fingerprint, path] = [cpuFingerprint(), store.paths.model(version.id)]
  const shape = imageShape(version, preprocessingFor(readModelFile(path).graph, version))
  const file = formFile(store, version.id, fingerprint, 'padded')
  const { padded, padding, warnings } = await writePadded(store, version, file)
  const found = await tune({
    engines,
    batches,
    signal,
    cores: availableParallelism(),
    forms: padded === undefined ? ['original'] : ['original', 'padded'],
    sources: { original: path, ...(padded !== undefined && { padded }) },
    imageShape: shape,
    onProgress: (done, total) => progress({ label: `tuning ${version.name}`, done, total, unit: 'measurements' }),
  })
  const tuning: Tuning = {
    version: version.id,
    createdAt: new Date().toISOString(),
    fingerprint,
    cpu: { ...cpuInfo(), ...cpuState(), otherLoad: load.others },
    libraries: installedLibraries(),
    ...found,
    padding,
    warnings: [...before, ...warnings],
  }
  if ((await store.versions.find(version.id))?.deletedAt !== null)
    throw new NNOptError('notFound', `version '${version.name}' (${version.id}) was deleted during tuning`)
  if (!usesPadded(found)) rmSync(file, { force: true })
  store.tunings.save(tuning)
  return tuning
}

/** As the fastest of all, or in ordinary sessions of onnxruntime. */
const usesPadded = (found: Pick<Tuning, 'throughput' | 'latency' | 'measured'>): boolean =>
  tuningGoals.some((goal) => found[goal].form === 'padded' || preferredForm(found, goal) === 'padded')

const tuningGoals = ['throughput', 'latency'] as const

const installedEngines = (): readonly Engine[] => [
  'onnxruntime',
  ...(readOpenvinoManifest() ? (['openvino'] as const) : []),
]

/** The padded file if it gives the same scores here, and how that was seen. */
async function writePadded(
  store: StepContext['store'],
  version: Version,
  file: string,
): Promise<{
  readonly padded: string | undefined
  readonly padding: PaddingCheck | null
  readonly warnings: readonly string[]
}> {
  const { bytes, check, warnings } = await checkedPadding(store, version)
  rmSync(file, { force: true })
  if (bytes === undefined) return { padded: undefined, padding: check, warnings }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  return { padded: file, padding: check, warnings }
}
