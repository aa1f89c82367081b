import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer } from '../harness/server'
import { clockEnvironment } from '../harness/soak/clock'
import { soak } from '../harness/soak/soak'
import { temporaryFolder } from '../helpers/temporary'

it('a server does 8 jobs in a simulated day and keeps nothing of them (npm run test:soak does more)', async () => {
  const [folder, jobs] = [temporaryFolder('soak'), 8]
  const environment = clockEnvironment(jobs, 24)
  const server = await startServer(join(folder, 'workspace'), { opened: [folder], environment })
  try {
    const { ended, simulatedHours, faults } = await soak(server, folder, { seed: 3, jobs })
    expect(faults).toEqual([])
    expect(simulatedHours).toBeGreaterThan(1)
    expect([...ended.values()].reduce((sum, count) => sum + count, 0)).toBe(jobs)
  } finally {
    await server.stop()
  }
})
