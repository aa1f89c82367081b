import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readCheckpoint, writeCheckpoint } from '../../../core/train/checkpoint'
import type { Checkpoint } from '../../../core/train/checkpoint'
import type { FitState } from '../../../core/train/fit'
import { NNOptError } from '../../../shared/errors'
import { checkedFiles, readChecked, writeChecked } from '../../store/checkedFile'

/** How many checkpoints of a run are kept: the newest, and one before it in case that one is damaged. */
const keptCheckpoints = 2

const pattern = /^step-(\d{9})\.safetensors$/

const fileOf = (step: number): string => `step-${String(step).padStart(9, '0')}.safetensors`

/** Writes a checkpoint so that a crash leaves the old one or the new one, never half of one; then drops what is over the budget. */
export function saveCheckpoint(folder: string, state: FitState, recipe: Readonly<Record<string, unknown>>): void {
  // Not those above it: where a disk was taken away, they are gone.
  if (!existsSync(folder)) mkdirSync(folder)
  writeChecked(join(folder, fileOf(state.snapshot.step)), writeCheckpoint(state, recipe))
  for (const old of checkpointNames(folder).slice(0, -keptCheckpoints))
    for (const file of checkedFiles(join(folder, old))) rmSync(file, { force: true })
}

/** The newest intact checkpoint of a run; `onDamaged` hears of each that is passed over for the one before. */
export function loadCheckpoint(
  folder: string,
  onDamaged: (message: string) => void = () => undefined,
): Checkpoint | undefined {
  for (const name of checkpointNames(folder).toReversed()) {
    try {
      return readCheckpoint(readChecked(join(folder, name)), name)
    } catch (error) {
      if (!(error instanceof NNOptError)) throw error
      onDamaged(error.message)
    }
  }
  return undefined
}

export const isCheckpoint = (name: string): boolean => pattern.test(name)

/** Complete checkpoints, the oldest first. */
const checkpointNames = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter(isCheckpoint).sort() : []
