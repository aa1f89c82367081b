// A desktop for specs: on Linux, a display of its own with a window manager and a place for notifications.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../package/folders.mjs'

const isLinux = process.platform === 'linux'
/** Commands of the session, and the Debian packages that bring them. */
export const sessionTools = {
  'xvfb-run': 'xvfb xauth',
  'dbus-run-session': 'dbus',
  openbox: 'openbox',
  dunst: 'dunst',
  dunstctl: 'dunst',
  xdotool: 'xdotool',
  xprop: 'x11-utils',
}

export function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}

/** Ends the process where a command is missing: with an error in CI, elsewhere with a line that says so. */
export function needTools(tools, what) {
  if (!isLinux) return
  const paths = [...(process.env.PATH ?? '').split(':'), '/usr/sbin']
  const missing = Object.keys(tools).filter((tool) => !paths.some((path) => existsSync(join(path, tool))))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((tool) => tools[tool]))].join(' ')
  const need = `${what} need ${missing.join(', ')}: run 'apt-get install ${packages}'`
  if (process.env.CI) fail(need)
  console.error(`SKIPPED: ${need}`)
  process.exit(0)
}

/** Runs specs of a Playwright configuration in the session and answers the exit status. */
export function runSpecs(config, args, env) {
  const playwright = [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', '-c', config]
  const command = [process.execPath, ...playwright, ...args]
  const session = ['xvfb-run', '-a', '--server-args=-screen 0 1600x1000x24', 'dbus-run-session', '--', 'sh']
  const [file, ...rest] = isLinux ? [...session, join(root, 'test', 'electron', 'session.sh'), ...command] : command
  return spawnSync(file, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1
}
