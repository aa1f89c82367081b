// Runs the specs of the desktop program in a real Electron: 'npm run test:electron [-- SPEC]'. On Linux without a display of its own: Xvfb, a window manager, notifications.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isCurrent, layProgram } from '../test/electron/oldRelease/layProgram.mjs'
import { bringRelease, versionOf } from '../test/electron/release/bring.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isLinux = process.platform === 'linux'
const binaries = { linux: 'electron', darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
/** Commands of the session, and the Debian packages that bring them. */
const tools = {
  'xvfb-run': 'xvfb xauth',
  'dbus-run-session': 'dbus',
  openbox: 'openbox',
  dunst: 'dunst',
  dunstctl: 'dunst',
  xdotool: 'xdotool',
}

function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}

function checkTools() {
  const paths = (process.env.PATH ?? '').split(':')
  const missing = Object.keys(tools).filter((tool) => !paths.some((path) => existsSync(join(path, tool))))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((tool) => tools[tool]))].join(' ')
  const need = `the desktop specs need ${missing.join(', ')}: run 'apt-get install ${packages}'`
  if (process.env.CI) fail(need)
  console.error(`SKIPPED: ${need}`)
  process.exit(0)
}

/** The folder of the program as the release can run it. */
async function programFor(version) {
  if (!existsSync(join(root, 'out', 'main', 'index.js'))) fail("'out/main/index.js' is missing: run 'npm run build'")
  if (isCurrent(version)) return root
  const folder = join(root, 'out', 'desktop-test')
  await layProgram(root, folder, { engine: join(root, 'out', 'engine') })
  return folder
}

const release = await bringRelease()
const version = versionOf(release)
const program = await programFor(version)
if (isLinux) checkTools()
const playwright = [
  join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
  'test',
  '-c',
  'playwright.electron.config.ts',
]
const command = [process.execPath, ...playwright, ...process.argv.slice(2)]
const session = ['xvfb-run', '-a', '--server-args=-screen 0 1600x1000x24', 'dbus-run-session', '--', 'sh']
const [file, ...args] = isLinux ? [...session, join(root, 'test', 'electron', 'session.sh'), ...command] : command
console.log(`Electron ${version}`)
const { status } = spawnSync(file, args, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, NNOPT_TEST_ELECTRON: join(release, binaries[process.platform]), NNOPT_TEST_PROGRAM: program },
})
process.exit(status ?? 1)
