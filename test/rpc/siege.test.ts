import { join } from 'node:path'
import { expect, it } from 'vitest'
import { besiege } from '../harness/hostile/siege'
import { startServer } from '../harness/server'
import { temporaryFolder } from '../helpers/temporary'

it('a server stands 200 hostile messages and 40 broken connections (npm run test:hostile tries more)', async () => {
  const server = await startServer(join(temporaryFolder('siege'), 'workspace'))
  try {
    const { answers, faults } = await besiege(server, { seed: 7, messages: 200, connections: 40 })
    expect(faults).toEqual([])
    expect(answers.refusals.get('wrongCall')).toBeGreaterThan(0)
  } finally {
    await server.stop()
  }
})
