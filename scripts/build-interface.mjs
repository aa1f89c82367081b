// Bundles the interface and the desktop shell into out/renderer, out/main and out/preload. --if-stale: only when a source file is newer than the last build.
import { join } from 'node:path'
import { build, root } from './build/ifStale.mjs'

const core = ['src/core/fakeQuant', 'src/core/quantize/observers']

await build({
  name: 'the interface',
  stamp: join(root, 'out', 'renderer', '.built'),
  sources: [
    'src/shared',
    ...core,
    'src/renderer',
    'src/main',
    'src/preload',
    'electron.vite.config.ts',
    'package.json',
  ],
  build: async () => {
    const { build } = await import('electron-vite')
    await build({ root, logLevel: 'warn' })
  },
})
