import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
import { download, type DownloadOptions } from './download'
import { findPackageIndex, findWheel, type Wanted } from './packageIndex'
import { run } from './run'

export interface WheelOptions extends DownloadOptions {
  readonly packageIndex?: string | undefined
}

const PYTHON_VERSION = '3.11'
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }
/** Linux platform tags that wheels are built for, newest last (PEP 600). */
const LINUXES = ['manylinux2014', 'manylinux_2_27', 'manylinux_2_28', 'manylinux_2_31'] as const

/** Only the wheel's C++ libraries are used, so the Python version does not matter; use one that tests cover. */
const WHEEL_TAG: Readonly<Record<string, RegExp>> = {
  x64: /-(cp311-cp311|py3-none)-.*manylinux.*x86_64.*\.whl$/,
  arm64: /-(cp311-cp311|py3-none)-.*manylinux.*aarch64.*\.whl$/,
}

/**
 * Downloads one wheel into a folder, from the package index over HTTP or with pip if no index is configured; returns
 * its path.
 */
export async function fetchWheel(wanted: Wanted, folder: string, options: WheelOptions): Promise<string> {
  const tag = WHEEL_TAG[process.arch]
  if (!tag)
    throw new NNOptError(
      'unsupported',
      `${wanted.name} has no wheel for ${process.arch}; the built-in backends work without it`,
    )
  await mkdir(folder, { recursive: true })
  options.onProgress({ phase: 'find', message: `${wanted.name} ${wanted.version}` })
  const index = await findPackageIndex(options.packageIndex)
  if (index === undefined) return fetchByPip(wanted, folder, options)
  return download(await findWheel(index, wanted, tag, options.signal), folder, options)
}

async function fetchByPip(
  { name, version }: Wanted,
  folder: string,
  { onProgress, signal }: WheelOptions,
): Promise<string> {
  onProgress({ phase: 'download', message: `${name} ${version} (pip)` })
  const place = join(folder, `${name}-${version}`)
  const flags = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    PYTHON_VERSION,
    ...LINUXES.flatMap((name) => ['--platform', `${name}_${ARCHITECTURES[process.arch] ?? ''}`]),
    '--dest',
    place,
  ]
  try {
    await run('python3', ['-m', 'pip', 'download', ...flags, `${name}==${version}`], { signal })
  } catch (cause) {
    throw new NNOptError(
      'unavailable',
      `no package index is configured and pip could not download ${name} ${version}: set --index or NNOPT_PACKAGE_INDEX, or pass a file with --wheel`,
      {},
      { cause },
    )
  }
  const wheel = (await readdir(place)).find((file) => file.endsWith('.whl'))
  if (wheel === undefined)
    throw new NNOptError('notFound', `pip did not save a wheel of ${name} ${version} in '${place}'`)
  return join(place, wheel)
}
