// Notices that a package's own files do not make: where libvips comes from, and licences that have to be included as a whole.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './folders.mjs'

const lgplNotice = `The image decoder libvips and the libraries in its package are licensed under the GNU Lesser General Public License 3.0 and compatible licences.
They are a shared library in a file of their own (lib/libvips-cpp.*), which you may replace with a version of yours. Their source and build scripts:
github.com/lovell/sharp-libvips, at the version named above; github.com/libvips/libvips. The licences follow at the end of this file.`

/** What to say of a package besides its own licence files. */
export function extraNotices(name, folder) {
  if (!name.startsWith('@img/sharp-libvips-')) return []
  // It lists every library inside with its licence; what is laid ready for an installer may come without it.
  const list = [folder, join(root, 'node_modules', name)].map((each) => join(each, 'README.md')).find(existsSync)
  return [lgplNotice, ...(list ? [readFileSync(list, 'utf8').trim()] : [])]
}

/** Licences of packages that bring no text of their own, and those that a licence asks for as a whole. */
export const wholeLicences = () =>
  ['onnxruntime', 'Apache-2.0', 'LGPL-3.0', 'GPL-3.0'].map((name) =>
    readFileSync(join(root, 'packaging', 'licences', `${name}.txt`), 'utf8').trim(),
  )
