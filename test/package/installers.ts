import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'dist', 'installers')
export const unpacked = join(folder, 'linux-unpacked')

/** The installer that 'npm run test:package' made. */
export function installer(extension: '.deb' | '.AppImage'): string {
  const name = readdirSync(folder).find((each) => each.endsWith(extension))
  if (name === undefined) throw new Error(`'${folder}' has no ${extension}: run 'npm run test:package'`)
  return join(folder, name)
}
