import { defineConfig } from 'vite'

/** Bundles one benchmark: vite build --config vite.bench.config.ts --ssr bench/<name>.ts */
export default defineConfig({
  publicDir: false,
  logLevel: 'warn',
  build: { target: 'node22', outDir: 'out/bench', emptyOutDir: false },
})
