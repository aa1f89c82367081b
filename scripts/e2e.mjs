// Drives the built interface in a real Chromium. Finds the browser on the system; without one it says so and fails in CI, skips visibly elsewhere.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const candidates = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const chromium = candidates.find((path) => path && existsSync(path))

if (!chromium) {
  console.error(
    "SKIPPED: the browser tests need Chromium or Chrome; install it ('apt-get install chromium') or set CHROMIUM to its path",
  )
  process.exit(process.env.CI ? 1 : 0)
}

const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
const { status } = spawnSync(process.execPath, [playwright, 'test', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CHROMIUM: chromium },
})
process.exit(status ?? 1)
