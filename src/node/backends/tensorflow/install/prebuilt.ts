import { cp, mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../../engineFile'
import type { RuntimePaths } from '../runtimePaths'
import { isUsable } from '../runtimePaths'

/** Where an installed program carries TensorFlow's addon, compiled; a checkout has none. */
const carried = join(projectRoot, 'resources', 'tensorflow-addon')

/** What was compiled beforehand, when it is for this machine and for the libraries that the installation brings. */
const PARTS = /^(tfjs_binding\.node|nnopt_operations_.*\.node|tfjs-node)$/

/** Puts the addon that came with the program in its place; false where there is none, or one for other libraries. */
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
