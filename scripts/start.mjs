// Opens the desktop program. Electron fetches its binary on first use; where that fails, the interface runs in a browser instead.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const binaries = { linux: 'electron', darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }

function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}

for (const part of ['engine', 'interface']) {
  const script = join(root, 'scripts', `build-${part}.mjs`)
  if (spawnSync(process.execPath, [script, '--if-stale'], { cwd: root, stdio: 'inherit' }).status !== 0)
    fail(`the ${part} could not be built: see the messages above; 'npm ci' brings what the build needs`)
}

/** As Electron's own launcher: the variable names a folder with an unpacked release. */
function overridden(folder) {
  const binary = join(folder, binaries[process.platform] ?? 'electron')
  return existsSync(binary) ? binary : fail(`ELECTRON_OVERRIDE_DIST_PATH: '${binary}' does not exist`)
}

function installed() {
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

const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
const electron = given ? overridden(given) : installed()
if (!electron)
  fail(
    "Electron's program file is missing and could not be downloaded. Run 'npm run serve' and open the address it prints to use the same interface in a browser.",
  )
process.exit(spawnSync(electron, [root, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1)
