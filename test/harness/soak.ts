import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { clockEnvironment } from './soak/clock'
import { soak } from './soak/soak'
import { startServer } from './server'

/** npm run test:soak -- [--seed N] [--count N] [--hours N]: jobs of all sorts, one after the other, against a real `nnopt serve` whose clock runs fast. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '24' },
  },
})
const [seed, jobs, hours] = [Number(values.seed), Number(values.count), Number(values.hours)]
const folder = mkdtempSync(join(tmpdir(), 'nnopt-soak-'))
const server = await startServer(join(folder, 'workspace'), {
  opened: [folder],
  environment: clockEnvironment(jobs, hours),
})
try {
  const { ended, simulatedHours, growthBytes, moreHandles, peakBytes, faults } = await soak(server, folder, {
    seed,
    jobs,
  })
  console.log(
    `${jobs} jobs in ${simulatedHours.toFixed(1)} simulated hours: ${[...ended].map(([status, count]) => `${count} ${status}`).join(', ')}; ` +
      `memory ${(growthBytes / 1e6).toFixed(0)} MB more at the end than at the start, ${(peakBytes / 1e6).toFixed(0)} MB at most; ` +
      `${moreHandles} more files open; ${faults.length} faults`,
  )
  for (const fault of faults) console.log(`  ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
