import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { backendScore } from '../../shared/types'
import type { BackendScore } from '../../shared/types'
import { cacheFolder } from '../userFolders'
import { claimMachine } from '../locks/machineLock'
import { runProfile } from '../profile/runProfile'
import { programVersion } from '../programVersion'
import type { BackendStatus } from './index'

/** Takes only a second or two, and uses the layers that dominate training time. */
const work = { architecture: 'mobilenet-v2', resolution: 32, batch: 32, steps: 5, precision: 'fp32' } as const
const protocol = `training ${work.architecture} at ${work.resolution}×${work.resolution}, batch ${work.batch}, fp32, mean of ${work.steps} steps after 2, images already in memory, loss read after each step`

/** How long a measurement waits for other work to finish. */
const patienceMs = 5_000

const scoreFile = z.record(z.string(), backendScore)

/** Earlier measurements on this machine, device and version. */
export const knownScore = (status: BackendStatus): BackendScore | null => readScores()[fingerprint(status)] ?? null

/**
 * Measures one backend in its own process while nothing else in this program runs, and stores the result. If other work
 * does not end, it measures anyway, warns, and stores nothing.
 */
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

/** A score is valid only for the conditions it was measured under. */
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
    return {} // No measurements yet.
  }
  try {
    return scoreFile.parse(JSON.parse(text))
  } catch {
    return {} // A truncated file only means measuring again.
  }
}
