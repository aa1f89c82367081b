import { cp, mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../../engineFile'
import type { RuntimePaths } from '../runtimePaths'
import { isUsable } from '../runtimePaths'

/** Where an installed program has TensorFlow's compiled addon; a checkout has none. */
const carried = join(projectRoot, 'resources', 'tensorflow-addon')

/** The prebuilt addon, if it matches this machine and the libraries that the installation downloads. */
const PARTS = /^(tfjs_binding\.node|nnopt_operations_.*\.node|tfjs-node)$/

/** Installs the addon that ships with the program; false if there is none, or if it is for other libraries. */
export async function bringPrebuilt(place: RuntimePaths, folder: string = carried): Promise<boolean> {
  if (!isUsable(manifestText(folder))) return false
  await mkdir(place.root, { recursive: true })
  await cp(folder, place.root, {
    recursive: true,
    filter: (source) => source === folder || PARTS.test(source.slice(folder.length + 1).split(/[\\/]/)[0] ?? ''),
  })
  return true
}

function manifestText(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'manifest.json'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
