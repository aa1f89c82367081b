import { defineConfig } from '@playwright/test'
import { reporters } from './test/reporters'

/** The installers, each where it is meant to be installed. `npm run test:package` makes them. */
export default defineConfig({
  testDir: 'test/package',
  // Of the three systems, only Linux has the tools that the others need.
  testMatch: process.env.NNOPT_SMOKE ? 'smoke.ts' : '*.spec.ts',
  timeout: 600_000,
  expect: { timeout: 60_000 },
  workers: 1,
  reporter: reporters,
  outputDir: 'test-results/package',
})
