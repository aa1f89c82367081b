import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const source = join(import.meta.dirname, 'src')

/** The desktop shell and the interface. The engine is bundled by vite.engine.config.ts, since it runs without Electron too. */
export default defineConfig({
  main: { build: { outDir: 'out/main', rollupOptions: { input: join(source, 'main/index.ts') } } },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: join(source, 'preload/index.ts'),
        output: { format: 'cjs', entryFileNames: 'index.cjs' },
      },
    },
  },
  renderer: {
    root: join(source, 'renderer'),
    base: './',
    plugins: [vue()],
    build: {
      outDir: join(import.meta.dirname, 'out/renderer'),
      emptyOutDir: true,
      minify: true,
      rollupOptions: { input: join(source, 'renderer/index.html') },
    },
  },
})
