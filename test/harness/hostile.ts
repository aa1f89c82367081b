import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { besiege } from './hostile/siege'
import { startServer } from './server'

/** npm run test:hostile -- [--seed N] [--count N] [--connections N]: hostile messages of somebody with a token, and broken connections, against a real `nnopt serve`. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '2000' },
  },
})
const [seed, messages, connections] = [Number(values.seed), Number(values.count), Number(values.connections)]
const folder = mkdtempSync(join(tmpdir(), 'nnopt-hostile-'))
const server = await startServer(join(folder, 'workspace'))
try {
  const { answers, longestPingMs, peakBytes, leakedHandles, faults } = await besiege(server, {
    seed,
    messages,
    connections,
  })
  const refused = [...answers.refusals].map(([code, count]) => `${count} ${code}`).join(', ')
  console.log(
    `${messages} messages: ${answers.results} answered, refused: ${refused || 'none'}, ${answers.closed} connections closed; ` +
      `${connections} broken connections; ${leakedHandles} files left open; ` +
      `longest call of another session ${longestPingMs.toFixed(0)} ms; ${(peakBytes / 1e6).toFixed(0)} MB at most in all processes; ${faults.length} faults`,
  )
  for (const fault of faults) console.log(`  ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
