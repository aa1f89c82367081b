// The long form of the inference pool's test: 10,000 images while its process is killed five times.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const environment = { ...process.env, NNOPT_POOL_IMAGES: '10000', NNOPT_POOL_SIZE: '96' }
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', 'test/unit/inferencePool.test.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: environment },
)
process.exit(status ?? 1)
