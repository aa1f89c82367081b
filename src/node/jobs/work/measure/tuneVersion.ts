import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
import type { Engine, Tuning, Version } from '../../../../shared/types'
import { disturbance, idleLoad } from '../../../inference/benchmark/machineLoad'
import { cpuInfo, cpuState } from '../../../inference/cpu'
import { cpuFingerprint, installedLibraries } from '../../../inference/fingerprint'
import { createInferenceWorker } from '../../../inference/inferenceWorker'
import { readOpenvinoManifest } from '../../../inference/openvino/runtimePaths'
import { preferredForm } from '../../../inference/tune/preferredForm'
import { tune } from '../../../inference/tune/tune'
import { formFile } from '../../../inference/tuned'
import { paddedBytes } from '../../../store/exportedBytes'
import type { StepContext } from '../../step'
import { imageShape, preprocessingFor } from '../images/ends'
import { readModelFile } from '../versions/readModelFile'

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
  const { padded, warnings } = await writePadded(path, formFile(store, version.id, fingerprint, 'padded'), shape)
  const found = await tune({
    engines,
    batches,
    signal,
    cores: availableParallelism(),
    forms: padded === undefined ? ['original'] : ['original', 'padded'],
    sources: { original: path, padded },
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
    warnings: [...before, ...warnings],
  }
  if ((await store.versions.find(version.id))?.deletedAt !== null)
    throw new NNOptError('notFound', `version '${version.name}' (${version.id}) was deleted during tuning`)
  if (!usesPadded(found)) rmSync(formFile(store, version.id, fingerprint, 'padded'), { force: true })
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

/** Largest difference of scores, as a share of the largest score: sums in another order differ by less. */
const tolerance = 1e-3

/** The file with zero channels, or none where there is nothing to fill or it answers otherwise: saturating products depend on which channels are neighbours. */
async function writePadded(
  path: string,
  file: string,
  shape: readonly number[],
): Promise<{ readonly padded?: string; readonly warnings: readonly string[] }> {
  const bytes = paddedBytes(readFileSync(path))
  if (bytes === undefined) return { warnings: [] }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  const [plain, filled] = [await scores(path, shape), await scores(file, shape)]
  const scale = Math.max(...plain.map(Math.abs))
  const difference = Math.max(...plain.map((value, index) => Math.abs(value - filled[index]))) / scale
  if (difference <= tolerance) return { padded: file, warnings: [] }
  rmSync(file)
  return {
    warnings: [
      `padding with zero channels changed a score by ${(difference * 100).toPrecision(2)}% of the largest: padded channels were not tried`,
    ],
  }
}

async function scores(path: string, shape: readonly number[]): Promise<readonly number[]> {
  const worker = await createInferenceWorker(path, { threads: 1 })
  try {
    const images = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, index) =>
      Math.sin(index),
    )
    const { outputs } = await worker.run(images, [1, ...shape])
    return [...outputs[worker.outputs[0].name].data]
  } finally {
    await worker.close()
  }
}
