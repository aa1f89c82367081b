// Builds a part of out/ under a lock, so that two commands never build at once.
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const lock = join(root, 'out', '.build-lock')

const newest = (path) => {
  const stats = statSync(path)
  return stats.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : stats.mtimeMs
}

const isStale = ({ stamp, sources }) =>
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

async function buildNow({ stamp, build }) {
  const startedAt = new Date()
  await build()
  writeFileSync(stamp, startedAt.toISOString())
  // A file saved while the build ran is newer than the stamp, so the next call builds again.
  utimesSync(stamp, startedAt, startedAt)
}

/** Builds a part; with --if-stale, only where a source file is newer than the last build. `stamp` is written after it. */
export async function build(part) {
  const onlyIfStale = process.argv.includes('--if-stale')
  if (onlyIfStale && !isStale(part)) return
  process.stderr.write(`building ${part.name} …\n`)
  await takeLock()
  try {
    if (!onlyIfStale || isStale(part)) await buildNow(part)
  } finally {
    rmdirSync(lock)
  }
}
