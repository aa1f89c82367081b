// The package for Debian and its relatives, by dpkg-deb.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dist, manifest, root } from '../folders.mjs'
import { commandName, writeDesktopFiles } from './desktopFiles.mjs'

const architectures = { x64: 'amd64', arm64: 'arm64' }
/** Libraries of Electron's binary; Debian and Ubuntu renamed some for 64-bit time. */
const depends = [
  'libc6 (>= 2.28)',
  'libasound2 | libasound2t64',
  'libatk-bridge2.0-0 | libatk-bridge2.0-0t64',
  'libatspi2.0-0 | libatspi2.0-0t64',
  'libcups2 | libcups2t64',
  'libgbm1',
  'libgtk-3-0 | libgtk-3-0t64',
  'libnotify4',
  'libnss3',
  'libstdc++6',
  // Opened by name at run time.
  'libx11-xcb1',
  'xdg-utils',
]

/** The engine's command line, on the Node that the program brings. */
const nnopt = (arch) => `#!/bin/sh
engine=/usr/lib/${commandName}/resources/engine
exec "$engine/node_modules/node-linux-${arch}/bin/node" "$engine/bin/nnopt.mjs" "$@"
`

const control = (arch, installedKiB) => `Package: ${commandName}
Version: ${manifest.version}
Section: science
Priority: optional
Architecture: ${architectures[arch]}
Maintainer: ${manifest.author}
Installed-Size: ${installedKiB}
Depends: ${depends.join(', ')}
Homepage: ${manifest.homepage}
Description: ${manifest.description.split(':')[0]}
 ${manifest.description}
`

/** Lays the tree that the package unpacks to '/'. */
async function layTree(unpacked, tree, arch) {
  const [lib, bin, share] = ['lib', 'bin', 'share'].map((name) => join(tree, 'usr', name))
  const copyright = join(share, 'doc', commandName)
  for (const folder of [lib, bin, copyright]) mkdirSync(folder, { recursive: true })
  const linked = { recursive: true, verbatimSymlinks: true }
  cpSync(unpacked, join(lib, commandName), linked)
  // Without user namespaces, Chromium's sandbox needs root to start; dpkg-deb makes root the owner.
  chmodSync(join(lib, commandName, 'chrome-sandbox'), 0o4755)
  symlinkSync(join('..', 'lib', commandName, commandName), join(bin, commandName))
  writeFileSync(join(bin, 'nnopt'), nnopt(arch), { mode: 0o755 })
  cpSync(join(root, 'LICENSE'), join(copyright, 'copyright'))
  await writeDesktopFiles(share)
}

const sizeKiB = (folder) => Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0])

/** Makes the .deb of an unpacked program and answers its path. */
export async function makeDeb(unpacked, { arch, compression }) {
  const tree = join(dist, 'deb')
  rmSync(tree, { recursive: true, force: true })
  await layTree(unpacked, tree, arch)
  const installedKiB = sizeKiB(tree)
  mkdirSync(join(tree, 'DEBIAN'))
  writeFileSync(join(tree, 'DEBIAN', 'control'), control(arch, installedKiB))
  const file = join(dist, 'installers', `${commandName}_${manifest.version}_${architectures[arch]}.deb`)
  execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, file], { stdio: 'inherit' })
  rmSync(tree, { recursive: true })
  return file
}
