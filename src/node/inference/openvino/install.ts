import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { fetchNpmPackage } from '../../backends/tensorflow/install/npmPackage'
import type { OnProgress } from '../../backends/tensorflow/install/progress'
import { run } from '../../backends/tensorflow/install/run'
import { unzip } from '../../backends/tensorflow/install/unzip'
import { fetchWheel } from '../../backends/tensorflow/install/wheels'
import { listRuntimeFiles, replaceTree } from '../../runtimeFiles'
import { OPENVINO_VERSION, openvinoPaths, openvinoManifest } from './runtimePaths'
import type { OpenvinoPaths } from './runtimePaths'
import source from './native/openvino.cc?raw'

export interface OpenvinoInstallOptions {
  /** The runtime folder; OpenVINO goes into a subfolder. */
  readonly folder: string
  readonly packageIndex?: string | undefined
  /** A local wheel. */
  readonly wheel?: string | undefined
  readonly onProgress: OnProgress
  readonly signal?: AbortSignal | undefined
}

const NODE_HEADERS = 'node-api-headers@1.9.0'

/** The CPU plugin and its dependencies, and the C headers until the addon is compiled. */
const WANTED =
  /^openvino\/(libs\/lib(openvino|openvino_c|openvino_onnx_frontend|tbb|tbbmalloc|tbbbind_\w+|hwloc)\.so[.\d]*|libs\/libopenvino_intel_cpu_plugin\.so|include\/openvino\/c\/.*\.h)$/

/**
 * Installs OpenVINO's CPU library from its wheel, and an addon compiled on this machine; requires Linux and g++. Throws
 * `unsupported` on other systems, and `unavailable` if a tool or the index is missing. Leaves nothing half-written.
 */
export async function installOpenvino(options: OpenvinoInstallOptions): Promise<void> {
  if (process.platform !== 'linux')
    throw new NNOptError(
      'unsupported',
      `the OpenVINO runtime is available on Linux only; on ${process.platform}, use onnxruntime`,
    )
  await mkdir(options.folder, { recursive: true })
  const temporary = await mkdtemp(join(options.folder, '.installing-'))
  try {
    const place = openvinoPaths(temporary)
    await bring(options, temporary, place)
    await replaceTree(place.root, openvinoPaths(options.folder).root)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function bring(
  { folder, wheel, packageIndex, onProgress, signal }: OpenvinoInstallOptions,
  temporary: string,
  place: OpenvinoPaths,
): Promise<void> {
  const file =
    wheel ??
    (await fetchWheel({ name: 'openvino', version: OPENVINO_VERSION }, join(folder, 'downloads'), {
      packageIndex,
      onProgress,
      signal,
    }))
  onProgress({ phase: 'extract', message: file })
  await unzip(file, place.site, (name) => WANTED.test(name), signal)
  const headers = join(temporary, 'headers')
  await fetchNpmPackage(NODE_HEADERS, headers, join(temporary, 'pack-headers'), signal)
  onProgress({ phase: 'compile', message: 'the addon' })
  await compile(place, headers, temporary, signal)
  onProgress({ phase: 'verify', message: 'loading the library' })
  await run(process.execPath, ['--input-type=commonjs', '-e', 'require(process.argv[1]).version()', place.addon], {
    signal,
  })
  await rm(place.headers, { recursive: true })
  const manifest = { ...openvinoManifest(), files: await listRuntimeFiles(place.root) }
  await writeFile(place.manifest, `${JSON.stringify(manifest, null, 2)}\n`)
  if (wheel === undefined) await rm(join(folder, 'downloads'), { recursive: true, force: true })
}

async function compile(
  place: OpenvinoPaths,
  headers: string,
  temporary: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const library = (await readdir(place.libraries).catch(() => [])).find((name) => name.startsWith('libopenvino_c.so'))
  if (library === undefined)
    throw new NNOptError('badInput', 'expected an OpenVINO wheel for Linux that contains libopenvino_c.so')
  const file = join(temporary, 'openvino.cc')
  await writeFile(file, source)
  // nodelete: Node unloads an addon when a worker thread ends, but the library's threads live on.
  const link = [`-L${place.libraries}`, `-l:${library}`, '-Wl,-rpath,$ORIGIN/site/openvino/libs', '-Wl,-z,nodelete']
  await run(
    process.env['CXX'] ?? 'g++',
    [
      '-O2',
      '-shared',
      '-fPIC',
      '-std=c++17',
      '-DNAPI_VERSION=8',
      `-I${place.headers}`,
      `-I${join(headers, 'include')}`,
      file,
      '-o',
      place.addon,
      ...link,
    ],
    { signal },
  )
}
