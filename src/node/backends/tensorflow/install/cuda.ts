import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
import type { RuntimePaths } from '../runtimePaths'
import type { Wanted } from './packageIndex'
import { unzip } from './unzip'
import { fetchWheel, type WheelOptions } from './wheels'

/**
 * `Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"`: the wheel was built for the first version
 * listed.
 */
const REQUIREMENT = /^Requires-Dist: (nvidia-[a-z0-9-]+)[^;]*?[=>]=\s*([0-9.]+)[^;]*;\s*extra == ['"]and-cuda['"]/gm

const LIBRARY = /^nvidia\/.+\/lib\/.+\.so[.\d]*$|^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.+)$/

/** CUDA libraries listed in a TensorFlow wheel's metadata. */
export function cudaRequirements(metadata: string): readonly Wanted[] {
  return [...metadata.matchAll(REQUIREMENT)].map(([, name = '', version = '']) => ({ name, version }))
}

/** Places the CUDA libraries next to TensorFlow's, where its run path finds them. */
export async function fetchCudaLibraries(
  place: RuntimePaths,
  extracted: readonly string[],
  folder: string,
  options: WheelOptions,
): Promise<void> {
  const metadata = extracted.find((name) => name.endsWith('METADATA'))
  const wanted = metadata === undefined ? [] : cudaRequirements(await readFile(join(place.site, metadata), 'utf8'))
  if (wanted.length === 0)
    throw new NNOptError(
      'badInput',
      'the TensorFlow wheel does not list CUDA libraries: expected the package tensorflow, not tensorflow-cpu',
    )
  for (const requirement of wanted) {
    const wheel = await fetchWheel(requirement, folder, options)
    options.onProgress({ phase: 'extract', message: wheel })
    await unzip(wheel, place.site, (name) => LIBRARY.test(name), options.signal)
  }
}
