import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** The programs that run on plain Node: each is one file of out/engine (src/node/engineFile.ts names them). */
export const programs = {
  cli: 'src/cli/index.ts',
  host: 'src/node/host.ts',
  door: 'src/node/serve/door.ts',
  job: 'src/node/jobs/process.ts',
  trainer: 'src/node/jobs/trainer/worker.ts',
  inference: 'src/node/inference/worker.ts',
  pool: 'src/node/inference/pool/process.ts',
  data: 'src/node/datasets/worker.ts',
  foreign: 'src/node/foreign/worker.ts',
  inspect: 'src/node/inspect/process.ts',
  profile: 'src/node/profile/process.ts',
  store: 'src/node/store/thread/worker.ts',
  wasm: 'src/node/backends/wasm/team/worker.ts',
}

const root = import.meta.dirname
const input = Object.fromEntries(
  Object.entries(programs)
    .map(([name, file]) => [name, join(root, file)] as const)
    .filter(([, file]) => existsSync(file)),
)

export default defineConfig({
  root,
  publicDir: false,
  logLevel: 'warn',
  // Pure JavaScript that every command needs is bundled, which halves the start-up time; native and tfjs packages stay external.
  ssr: { noExternal: ['zod', 'commander', 'yaml', 'env-paths', 'fastest-levenshtein'] },
  build: {
    ssr: true,
    target: 'node22',
    outDir: 'out/engine',
    // A running command may still load its chunks: `npm run build` removes stale ones.
    emptyOutDir: false,
    sourcemap: true,
    minify: false,
    rollupOptions: { input, output: { entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' } },
  },
})
