// The AppImage: a runtime, then a squashfs image of the program.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { dist, manifest } from '../folders.mjs'
import { commandName, desktopEntry, iconOf, writeDesktopFiles } from './desktopFiles.mjs'
import { runtimeOf } from './runtime.mjs'

/** Mounted images have no setuid files, so Chromium's sandbox needs user namespaces here. */
const appRun = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
if [ "$(id -u)" -eq 0 ] || ! unshare --user true 2>/dev/null; then
  echo "${commandName}: no user namespaces here, so pages run without Chromium's sandbox" >&2
  set -- --no-sandbox "$@"
fi
exec "$here/usr/lib/${commandName}/${commandName}" "$@"
`

async function layTree(unpacked, tree) {
  const lib = join(tree, 'usr', 'lib')
  mkdirSync(lib, { recursive: true })
  cpSync(unpacked, join(lib, commandName), { recursive: true, verbatimSymlinks: true })
  writeFileSync(join(tree, 'AppRun'), appRun, { mode: 0o755 })
  writeFileSync(join(tree, `${commandName}.desktop`), `${desktopEntry()}X-AppImage-Version=${manifest.version}\n`)
  writeFileSync(join(tree, `${commandName}.png`), await iconOf(256))
  symlinkSync(`${commandName}.png`, join(tree, '.DirIcon'))
  await writeDesktopFiles(join(tree, 'usr', 'share'))
}

/** Makes the AppImage of an unpacked program and answers its path. */
export async function makeAppImage(unpacked, { arch, squash }) {
  const tree = join(dist, 'AppDir')
  rmSync(tree, { recursive: true, force: true })
  await layTree(unpacked, tree)
  const runtime = await runtimeOf(arch)
  const file = join(dist, 'installers', `${commandName}-${manifest.version}-${arch}.AppImage`)
  rmSync(file, { force: true })
  const quiet = ['-quiet', '-no-progress', '-noappend', '-all-root', '-no-xattrs']
  execFileSync('mksquashfs', [tree, file, '-offset', String(runtime.length), ...quiet, ...squash], { stdio: 'inherit' })
  writeHead(file, runtime)
  chmodSync(file, 0o755)
  rmSync(tree, { recursive: true })
  return file
}

function writeHead(file, bytes) {
  const target = openSync(file, 'r+')
  try {
    writeSync(target, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(target)
  }
}
