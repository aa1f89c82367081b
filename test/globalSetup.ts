import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Locks and a cache of its own, so that a program at work beside the tests neither waits for them nor holds them up. */
function isolate(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-locks-'))
  process.env.XDG_RUNTIME_DIR = folder
  process.env.NNOPT_CACHE = join(folder, 'cache')
  return () => rmSync(folder, { recursive: true, force: true })
}

/** Worker threads and job processes run the bundle, so it is made before any test. */
export function setup(): () => void {
  if (process.env.NNOPT_TEST_NO_BUILD !== '1') execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'build-engine.mjs'), '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return isolate()
}
