import { setTimeout as sleep } from 'node:timers/promises'
import { clientOf } from '../../helpers/served'
import { baselineFile, sampleArchive } from '../../../src/node/bundled'
import type { Client } from '../../../src/shared/contract'
import { fromErrorReport } from '../../../src/shared/errors'
import type { Use } from '../processes'
import type { Server } from '../server'
import { Attacker, noAnswers } from './attacker'
import type { Answers } from './attacker'
import { brokenConnection } from './connections'
import { hostileMessages } from './messages'
import type { Known } from './messages'

export interface SiegeOptions {
  readonly seed: number
  readonly messages: number
  readonly connections: number
}

export interface SiegeResult {
  readonly answers: Answers
  /** Of somebody else's session while it lasted. */
  readonly longestPingMs: number
  readonly peakBytes: number
  /** Handles open afterwards, more than before. */
  readonly leakedHandles: number
  readonly faults: readonly string[]
}

const [pingEvery, cancelAfterMs, mostWaiting, longestMs, mostBytes, fewHandles] = [100, 1000, 100, 10_000, 2e9, 30]

/** A version, a dataset and a run, of what ships with the program. */
async function prepare(client: Client): Promise<Known> {
  const [dataset, name] = ['sample', 'baseline']
  const steps = [
    { step: 'dataset-add', name: dataset, paths: [sampleArchive()] },
    { step: 'import', file: baselineFile(), name },
  ]
  const { id } = await client.call('runs.start', { recipe: { name: 'prepare', steps } })
  const run = await client.call('runs.wait', { run: id })
  if (run.error) throw fromErrorReport(run.error)
  return { version: run.results.at(-1)?.versionId ?? '', dataset, run: id }
}

/** Sends hostile messages and breaks connections, while somebody else's session goes on. */
export async function besiege(server: Server, options: SiegeOptions): Promise<SiegeResult> {
  const witness = new Witness(server, await clientOf(server.url, server.token))
  const known = await prepare(witness.client)
  const answers = noAnswers()
  await sendMessages(server, known, options, answers, witness)
  await witness.look()
  const before = server.use()
  for (let number = 0; number < options.connections; number++) {
    await brokenConnection(server, options.seed, number)
    if (number % pingEvery === 0) await witness.look()
  }
  // Connections that were reset take the server a moment to see.
  await sleep(2000)
  await witness.look()
  const leakedHandles = (server.use()?.handles ?? 0) - (before?.handles ?? 0)
  witness.client.close()
  return {
    answers,
    longestPingMs: witness.longestPingMs,
    peakBytes: witness.peakBytes,
    leakedHandles,
    faults: [...answers.faults, ...witness.faults(leakedHandles)],
  }
}

async function sendMessages(
  server: Server,
  known: Known,
  { seed, messages }: SiegeOptions,
  answers: Answers,
  witness: Witness,
): Promise<void> {
  const attacker = new Attacker(server.url, server.token, answers)
  const message = hostileMessages(known, seed)
  for (let number = 0; number < messages; number++) {
    await attacker.send(message(number), number)
    if (number % pingEvery === 0) await witness.look()
    while (attacker.waiting > mostWaiting) {
      attacker.cancelOlderThan(cancelAfterMs)
      await sleep(10)
    }
  }
  attacker.cancelOlderThan(0)
  attacker.close()
}

/** Somebody else who is signed in. */
class Witness {
  longestPingMs = 0
  peakBytes = 0
  private lost = false

  constructor(
    private readonly server: Server,
    readonly client: Client,
  ) {}

  async look(): Promise<void> {
    const startedAt = performance.now()
    const answered = this.client.call('versions.list', {}).then(
      () => true,
      () => false,
    )
    this.lost ||= !(await answered)
    this.longestPingMs = Math.max(this.longestPingMs, performance.now() - startedAt)
    const use: Use | null = this.server.use()
    this.peakBytes = Math.max(this.peakBytes, use?.residentBytes ?? 0)
  }

  faults(leakedHandles: number): readonly string[] {
    return [
      ...(this.lost ? ["somebody else's session was lost"] : []),
      ...(this.server.hasEnded() ? ['the server has ended'] : []),
      ...(this.server.said() === '' ? [] : [`the server said: ${this.server.said()}`]),
      ...(this.longestPingMs > longestMs ? [`a call took ${this.longestPingMs.toFixed(0)} ms`] : []),
      ...(this.peakBytes > mostBytes ? [`all processes took ${this.peakBytes} bytes`] : []),
      ...(leakedHandles > fewHandles ? [`${leakedHandles} more open files than before`] : []),
    ]
  }
}
