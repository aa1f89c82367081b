import type { KnipConfig } from 'knip'
import { programs } from './vite.engine.config'

/** Finds files that nothing imports, and exports that only their own file uses: npm run unused. */
const config: KnipConfig = {
  entry: [
    ...Object.values(programs),
    'src/renderer/views/*View.vue',
    // Registries collect these by their place.
    'src/core/{ops,architectures,codeSamples}/*.ts',
    'src/core/*/{observers,importances,schedules,optimizers,transforms}/*.ts',
    'src/node/jobs/steps/*.ts',
    'src/node/datasets/formats/*.ts',
    'src/node/backends/*/index.ts',
    'test/**/*.{ts,mjs}',
    'bench/*.ts',
    'scripts/*.mjs',
    'bin/*.mjs',
    'packaging/*.mjs',
  ],
  project: ['src/**/*.{ts,vue}', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.mjs', 'packaging/*.mjs'],
  // A type that an exported function takes or gives may have a name to call it by.
  ignoreExportsUsedInFile: { interface: true, type: true },
  exclude: ['dependencies', 'unlisted', 'binaries', 'unresolved'],
}

// knip wants a default export.
export default config
