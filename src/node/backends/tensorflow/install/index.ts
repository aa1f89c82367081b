import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
import { runtimePaths, manifestOf, TENSORFLOW_VERSION, TFJS_NODE_VERSION, type RuntimePaths } from '../runtimePaths'
import { listRuntimeFiles, replaceTree } from '../../../runtimeFiles'
import { compileAddon, compileOperations, linkLibraries } from './compile'
import { fetchCudaLibraries } from './cuda'
import { writeLoader } from './loader'
import { fetchNpmPackage } from './npmPackage'
import { bringPrebuilt } from './prebuilt'
import type { OnProgress } from './progress'
import { assertForThisMachine, assertGpu, explainFullDisk } from './troubles'
import { unzip } from './unzip'
import { verify } from './verify'
import { fetchWheel, type WheelOptions } from './wheels'

const NODE_HEADERS = 'node-api-headers@1.9.0'

/** Libraries, headers (needed until compilation is done) and the package's dependencies. */
const WANTED =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2$|include\/(tensorflow|tsl|xla)\/.*\.h$)|\.dist-info\/METADATA$/

export interface InstallOptions {
  /** The runtime folder; TensorFlow goes into a subfolder. */
  readonly folder: string
  readonly gpu: boolean
  /** Python package index ("simple" page); by default that of the environment or pip. */
  readonly packageIndex?: string | undefined
  /** A local TensorFlow wheel. */
  readonly wheel?: string | undefined
  readonly onProgress: OnProgress
  readonly signal?: AbortSignal | undefined
}

/**
 * Installs TensorFlow's library and tfjs-node's addon, compiled on this machine, into `folder`. Calling it again
 * resumes an interrupted download. Throws `unsupported` on other systems than Linux, `unavailable` if a tool or the
 * index is missing, and `badInput` for a damaged file. Leaves nothing half-written.
 */
export async function installTensorflow(options: InstallOptions): Promise<void> {
  if (process.platform !== 'linux')
    throw new NNOptError(
      'unsupported',
      `the TensorFlow runtime is available on Linux only; on ${process.platform}, train on the webgpu or wasm backend`,
    )
  await mkdir(options.folder, { recursive: true })
  const temporary = await mkdtemp(join(options.folder, '.installing-'))
  try {
    await build(options, temporary)
    await replaceTree(runtimePaths(temporary).root, runtimePaths(options.folder).root)
    await rm(downloads(options), { recursive: true, force: true })
  } catch (error) {
    throw explainFullDisk(error, options.folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

const downloads = ({ folder }: InstallOptions): string => join(folder, 'downloads')

async function build(options: InstallOptions, temporary: string): Promise<void> {
  const { onProgress, signal, gpu } = options
  const place = runtimePaths(temporary)
  await bringLibraries(options, place)
  await linkLibraries(place)
  if (!(await bringPrebuilt(place))) await compile(options, place, temporary)
  await rm(join(place.libraries, 'include'), { recursive: true, force: true })
  await writeLoader(place, gpu)
  onProgress({ phase: 'verify', message: 'a training step' })
  const { version, gpu: computed } = await verify(place, signal)
  assertGpu(gpu, computed)
  onProgress({ phase: 'verify', message: `TensorFlow ${version} on the ${computed ? 'GPU' : 'CPU'}` })
  const manifest = { ...manifestOf(gpu), files: await listRuntimeFiles(place.root) }
  await writeFile(place.manifest, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** A checkout compiles here; an installed program ships the result. */
async function compile({ onProgress, signal }: InstallOptions, place: RuntimePaths, temporary: string): Promise<void> {
  onProgress({ phase: 'download', message: `@tensorflow/tfjs-node ${TFJS_NODE_VERSION} (npm)` })
  const headers = join(temporary, 'headers')
  await fetchNpmPackage(
    `@tensorflow/tfjs-node@${TFJS_NODE_VERSION}`,
    place.tfjsNode,
    join(temporary, 'pack-tfjs-node'),
    signal,
  )
  await fetchNpmPackage(NODE_HEADERS, headers, join(temporary, 'pack-headers'), signal)
  onProgress({ phase: 'compile', message: 'the addon of tfjs-node' })
  await compileAddon(place, headers, signal)
  onProgress({ phase: 'compile', message: 'fused training operations' })
  await compileOperations(place, headers, join(temporary, 'operations'), signal)
}

async function bringLibraries(options: InstallOptions, place: RuntimePaths): Promise<void> {
  const { onProgress, signal } = options
  const fetching: WheelOptions = options
  const wheel =
    options.wheel ??
    (await fetchWheel({ name: wheelName(options), version: TENSORFLOW_VERSION }, downloads(options), fetching))
  onProgress({ phase: 'extract', message: wheel })
  const files = await unzip(wheel, place.site, (name) => WANTED.test(name), signal)
  if (!files.some((name) => name.endsWith('libtensorflow_cc.so.2'))) {
    throw new NNOptError(
      'badInput',
      `'${wheel}': expected a TensorFlow wheel for Linux that contains libtensorflow_cc.so.2`,
    )
  }
  await assertForThisMachine(join(place.libraries, 'libtensorflow_cc.so.2'), wheel)
  if (options.gpu) await fetchCudaLibraries(place, files, downloads(options), fetching)
}

/** The CPU-only package exists only for x64. */
const wheelName = ({ gpu }: InstallOptions): string => (gpu || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu')
