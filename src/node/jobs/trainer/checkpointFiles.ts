import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { readCheckpoint, writeCheckpoint } from '../../../core/train/checkpoint'
import type { Checkpoint } from '../../../core/train/checkpoint'
import type { FitState } from '../../../core/train/fit'
import { NNOptError } from '../../../shared/errors'

/** How many checkpoints of a run are kept: the newest, and one before it in case the disk fills up. */
const keptCheckpoints = 2

const pattern = /^step-(\d{9})\.safetensors$/

const fileOf = (step: number): string => `step-${String(step).padStart(9, '0')}.safetensors`

/** Writes a checkpoint so that a crash leaves the old one or the new one, never half of one; then drops what is over the budget. */
export async function saveCheckpoint(
  folder: string,
  state: FitState,
  recipe: Readonly<Record<string, unknown>>,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, fileOf(state.snapshot.step))
  const partial = `${file}.partial`
  const handle = await open(partial, 'w')
  try {
    await handle.writeFile(writeCheckpoint(state, recipe))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
  for (const old of checkpointNames(folder).slice(0, -keptCheckpoints)) rmSync(join(folder, old), { force: true })
}

/** The newest complete checkpoint of a run; an unreadable one is passed over for the one before. */
export function loadCheckpoint(folder: string): Checkpoint | undefined {
  for (const name of checkpointNames(folder).toReversed()) {
    try {
      return readCheckpoint(readFileSync(join(folder, name)), name)
    } catch (error) {
      if (!(error instanceof NNOptError)) throw error
    }
  }
  return undefined
}

const checkpointNames = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : []
