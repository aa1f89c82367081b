// Bundles the engine (command line, host, jobs, worker threads) into out/engine.
// --if-stale: only when a source file is newer than the last build. --clean: remove what earlier builds left.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'out', 'engine', '.built')
const lock = join(root, 'out', '.build-lock')
const sources = ['src/shared', 'src/core', 'src/node', 'src/cli', 'vite.engine.config.ts', 'package.json']

const newest = (path) => {
  const stats = statSync(path)
  return stats.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : stats.mtimeMs
}

const isStale = () =>
  !existsSync(stamp) || statSync(stamp).mtimeMs < Math.max(...sources.map((path) => newest(join(root, path))))

const pause = () => new Promise((resolve) => setTimeout(resolve, 100))

async function takeLock() {
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      return mkdirSync(lock)
    } catch {
      // Another command builds; a lock that outlived its builder is two minutes old at most.
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 120_000) rmdirSync(lock)
      await pause()
    }
  }
}

async function build() {
  const startedAt = new Date()
  if (process.argv.includes('--clean')) rmSync(dirname(stamp), { recursive: true, force: true })
  const { build } = await import('vite')
  await build({ configFile: join(root, 'vite.engine.config.ts') })
  writeFileSync(stamp, startedAt.toISOString())
  // A file saved while the build ran is newer than the stamp, so the next call builds again.
  utimesSync(stamp, startedAt, startedAt)
}

const onlyIfStale = process.argv.includes('--if-stale')
if (!onlyIfStale || isStale()) {
  process.stderr.write('building the engine …\n')
  await takeLock()
  try {
    if (!onlyIfStale || isStale()) await build()
  } finally {
    rmdirSync(lock)
  }
}
