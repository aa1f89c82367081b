import { defineConfig } from '@playwright/test'
import { reporters } from './test/reporters'

/** The desktop program in a real Electron. `npm run test:electron` brings one, and a display. */
export default defineConfig({
  testDir: 'test/electron',
  testMatch: '*.spec.ts',
  timeout: 120_000,
  // Runs start processes, which takes seconds where other work goes on.
  expect: { timeout: 30_000 },
  workers: 1,
  reporter: reporters,
  outputDir: 'test-results/electron',
})
