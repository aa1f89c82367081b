import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { assertRuntimeIntact } from '../../runtimeFiles'
import type { ImageBatch, ModelSource, OutputTensor, SessionOptions } from '../messages'
import type { Session } from '../session'
import { openvinoPaths, readOpenvinoManifest } from './runtimePaths'

/** The exports of native/openvino.cc. */
interface Addon {
  create(path: string, threads: number, precision: 'f32' | 'bf16'): object
  outputs(session: object): readonly string[]
  run(
    session: object,
    images: Float32Array,
    shape: readonly number[],
  ): readonly ({ readonly name: string } & OutputTensor)[]
  release(session: object): void
}

/**
 * Opens a model in OpenVINO's CPU plugin. Keeps float layers in float32 where the plugin would round to bfloat16.
 * Throws `unavailable` if the runtime is not installed.
 */
export function openOpenvinoSession(model: ModelSource, { threads }: SessionOptions): Session {
  const manifest = readOpenvinoManifest()
  if (!manifest)
    throw new NNOptError(
      'unavailable',
      "OpenVINO is not installed: run 'nnopt runtime openvino', or use the engine onnxruntime",
    )
  if (manifest.files) assertRuntimeIntact(openvinoPaths().root, manifest.files, 'nnopt runtime openvino')
  const addon = createRequire(import.meta.url)(openvinoPaths().addon) as Addon
  const session = withFile(model, (path) => created(addon, path, threads))
  const runOnce = ({
    images,
    shape,
  }: ImageBatch): { readonly outputs: Readonly<Record<string, OutputTensor>>; readonly runMs: number } => {
    const start = performance.now()
    const outputs = addon.run(session, images, shape)
    return {
      runMs: performance.now() - start,
      outputs: Object.fromEntries(outputs.map(({ name, ...output }) => [name, output])),
    }
  }
  const noStatistics = (): never => {
    throw new NNOptError('unsupported', 'activation statistics: expected the engine onnxruntime, got openvino')
  }
  return {
    info: { inputs: [], outputs: addon.outputs(session).map((name) => ({ name, type: 'float32', shape: [] })) },
    run: async (batch) => runOnce(batch),
    time: async (batch, runs) => Float64Array.from({ length: runs }, () => runOnce(batch).runMs),
    observe: noStatistics,
    statistics: noStatistics,
    observeChannels: noStatistics,
    channelStatistics: noStatistics,
    release: () => Promise.resolve(addon.release(session)),
  }
}

function created(addon: Addon, path: string, threads: number): object {
  try {
    return addon.create(path, threads, 'f32')
  } catch (error) {
    throw new NNOptError(
      'badInput',
      `OpenVINO cannot load '${path}': ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** OpenVINO reads ONNX from files. */
function withFile<T>(model: ModelSource, use: (path: string) => T): T {
  if (typeof model === 'string') return use(model)
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-openvino-'))
  try {
    const path = join(folder, 'model.onnx')
    writeFileSync(path, model)
    return use(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
