import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { backendScore } from '../../shared/types'
import type { BackendScore } from '../../shared/types'
import { cacheFolder } from '../inference/cacheFolder'
import { claimMachine } from '../jobs/machineLock'
import { runProfile } from '../profile/runProfile'
import { programVersion } from '../programVersion'
import type { BackendStatus } from './index'

/** Small enough for a second or two, and made of the layers that training's time goes to. */
const work = { architecture: 'mobilenet-v2', resolution: 32, batch: 32, steps: 5, precision: 'fp32' } as const
const protocol = `training ${work.architecture} at ${work.resolution}×${work.resolution}, batch ${work.batch}, fp32, mean of ${work.steps} steps after 2, images already in memory, loss read after each step`

/** How long a measurement waits for other work. */
const patienceMs = 5_000

const scoreFile = z.record(z.string(), backendScore)

/** What was measured earlier on this very machine, device and version. */
export const knownScore = (status: BackendStatus): BackendScore | null => readScores()[fingerprint(status)] ?? null

/** Measures one backend in a process of its own while no other work of this program runs, and remembers it. Beside work that does not end it is measured too, says so, and is not remembered. */
export async function measureScore(status: BackendStatus): Promise<BackendScore> {
  let isAlone = true
  const release = await claimMachine('exclusive', { patienceMs, onGiveUp: () => (isAlone = false) })
  try {
    const { imagesPerSecond } = await runProfile({ ...work, backend: status.id })
    const score: BackendScore = {
      imagesPerSecond,
      protocol: isAlone ? protocol : `${protocol}; measured while this program was doing other work`,
      measuredAt: new Date().toISOString(),
    }
    if (isAlone) remember(status, score)
    return score
  } finally {
    release()
  }
}

function remember(status: BackendStatus, score: BackendScore): void {
  mkdirSync(dirname(file()), { recursive: true })
  writeFileSync(file(), `${JSON.stringify({ ...readScores(), [fingerprint(status)]: score }, null, 2)}\n`)
}

const file = (): string => join(cacheFolder(), 'trainingScores.json')

/** A score counts for what it was measured on and with. */
function fingerprint(status: BackendStatus): string {
  const parts = [
    programVersion(),
    protocol,
    cpus()[0]?.model,
    cpus().length,
    status.id,
    status.available ? [status.version, status.device] : [],
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function readScores(): Readonly<Record<string, BackendScore>> {
  let text: string
  try {
    text = readFileSync(file(), 'utf8')
  } catch {
    return {} // Nothing was measured yet.
  }
  try {
    return scoreFile.parse(JSON.parse(text))
  } catch {
    return {} // A file that was cut short only costs measuring again.
  }
}
