// The README's test command: builds, runs unit, browser and desktop tests, each whether or not one before it failed, and adds up what they say.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const reports = mkdtempSync(join(tmpdir(), 'nnopt-tests-'))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')

/** Counts of a report of Vitest. */
const ofVitest = ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
  passed: numPassedTests,
  failed: numFailedTests,
  skipped: numPendingTests + numTodoTests,
})
/** Counts of a report of Playwright. */
const ofPlaywright = ({ stats: { expected, unexpected, flaky, skipped } }) => ({
  passed: expected + flaky,
  failed: unexpected,
  skipped,
})

const stages = [
  {
    name: 'unit',
    args: (report) => [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    counts: ofVitest,
  },
  { name: 'browser', args: () => [join(root, 'scripts', 'e2e.mjs')], counts: ofPlaywright },
  { name: 'desktop', args: () => [join(root, 'scripts', 'electron-tests.mjs')], counts: ofPlaywright },
]

function run({ name, args, counts }) {
  const report = join(reports, `${name}.json`)
  const { status } = spawnSync(process.execPath, args(report), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NNOPT_TEST_REPORT: report },
  })
  const found = existsSync(report) ? counts(JSON.parse(readFileSync(report, 'utf8'))) : undefined
  // A suite that fails before its first test has failed all the same.
  const failed = Math.max(found?.failed ?? 0, status === 0 ? 0 : 1)
  return { name, wasRun: found !== undefined, passed: found?.passed ?? 0, failed, skipped: found?.skipped ?? 0 }
}

const results = stages.map(run)
rmSync(reports, { recursive: true, force: true })

const total = (count) => results.reduce((sum, result) => sum + result[count], 0)
const {
  module: { instructionLevel },
} = await runnerImport(join(root, 'src', 'node', 'inference', 'cpu.ts'))
console.log(`\nCPU: ${instructionLevel()}`)
for (const { name, wasRun, passed, failed, skipped } of results)
  console.log(
    `${name}: ${wasRun ? `${passed} passed, ${failed} failed, ${skipped} could not run here` : failed ? 'failed to start' : 'not run: see above'}`,
  )
console.log(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`)
process.exit(total('failed') > 0 ? 1 : 0)
