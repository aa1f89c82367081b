import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../../src/core/data/random'
import type { Place } from '../crash/kinds'
import { runStep } from './workplace'

const train = (name: string) =>
  ({ step: 'train', from: 'base', dataset: 'colours', epochs: 4, batchSize: 8, backend: 'wasm', name }) as const

/** A clock that is set back or forward during a training changes nothing. */
export async function clockCampaign(place: Place, library: string, count: number): Promise<readonly string[]> {
  const jumps = [-3600, 3600, -86_400 * 400, 86_400 * 400]
  const wrong: string[] = []
  for (let number = 0; number < count; number++) {
    const jump = jumps[number % jumps.length]!
    const environment = { LD_PRELOAD: library, FAULT_CLOCK_S: String(jump) }
    const { code, document } = await runStep(place, `clock-${number}`, train(`clock-${number}`), environment)
    if (code !== 0) wrong.push(`clock by ${jump} s: ${JSON.stringify(document)}`)
  }
  return wrong
}

/** Another program that holds the database now and then is waited for. */
export async function lockCampaign(place: Place, seed: number, count: number): Promise<readonly string[]> {
  const wrong: string[] = []
  for (let number = 0; number < count; number++) {
    const random = createRandom(seed, number)
    const [running, ended] = [runStep(place, `locked-${number}`, train(`locked-${number}`)), new AbortController()]
    void running.finally(() => ended.abort())
    while (!ended.signal.aborted) await hold(join(place.workspace, 'workspace.db'), random.integer(1500))
    const { code, document } = await running
    if (code !== 0) wrong.push(`lock ${number}: ${JSON.stringify(document)}`)
  }
  return wrong
}

async function hold(file: string, durationMs: number): Promise<void> {
  const database = new DatabaseSync(file, { timeout: 5000 })
  try {
    database.exec('BEGIN IMMEDIATE')
    await sleep(durationMs)
    database.exec('ROLLBACK')
  } finally {
    database.close()
  }
  await sleep(durationMs / 4)
}
