// Opens the desktop program. Electron fetches its binary on first use; where that fails, the interface runs in a browser instead.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const run = (file, args) =>
  spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1

if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
  run('scripts/build-engine.mjs', ['--clean'])
  run('node_modules/electron-vite/bin/electron-vite.js', ['build'])
}

function electronBinary() {
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve('electron/package.json'))
    // A failed download is told in our own words below: the installer's are a stack trace.
    if (!existsSync(join(folder, 'path.txt')))
      spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore' })
    if (!existsSync(join(folder, 'path.txt'))) return undefined
    const path = require('electron')
    return typeof path === 'string' && existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

const electron = electronBinary()
if (!electron) {
  console.error(
    "Electron's program file is not here and could not be fetched: run 'npm run serve' and open the address it prints to use the same interface in a browser.",
  )
  process.exit(1)
}
process.exit(spawnSync(electron, [root, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1)
