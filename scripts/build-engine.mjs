// Bundles the engine (command line, host, jobs, worker threads) into out/engine.
// --if-stale: only when a source file is newer than the last build. --clean: remove what earlier builds left.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, root } from './build/ifStale.mjs'

const folder = join(root, 'out', 'engine')

await build({
  name: 'the engine',
  stamp: join(folder, '.built'),
  sources: ['src/shared', 'src/core', 'src/node', 'src/cli', 'vite.engine.config.ts', 'package.json'],
  build: async () => {
    if (process.argv.includes('--clean')) rmSync(folder, { recursive: true, force: true })
    const { build } = await import('vite')
    await build({ configFile: join(root, 'vite.engine.config.ts') })
  },
})
