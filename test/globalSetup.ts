import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Worker threads and job processes run the bundle, so it is made before any test. */
export function setup(): void {
  if (process.env.NNOPT_TEST_NO_BUILD === '1') return
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'build-engine.mjs'), '--if-stale'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
