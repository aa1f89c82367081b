import { floatTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import type { FitState } from './fit'
import { readSafetensors, writeSafetensors } from './safetensors'
import type { Snapshot } from './snapshot'

/** A run's state as one safetensors file: vectors under `now/` and `best/`, the position as JSON metadata. */
export function writeCheckpoint(state: FitState, recipe: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const { snapshot, best, ...position } = state
  const tensors = new Map([...tensorsOf('now/', snapshot), ...(best ? tensorsOf('best/', best.snapshot) : [])])
  const bestPosition = best && { epoch: best.epoch, score: best.score, step: best.snapshot.step }
  return writeSafetensors({
    tensors,
    metadata: {
      state: JSON.stringify({ ...position, step: snapshot.step, best: bestPosition }),
      recipe: JSON.stringify(recipe),
    },
  })
}

export interface Checkpoint {
  readonly state: FitState
  readonly recipe: Readonly<Record<string, unknown>>
}

/** Throws `badInput` when the file is not a complete checkpoint. */
export function readCheckpoint(bytes: Uint8Array, fileName: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, fileName)
  const { step, best, ...position } = JSON.parse(metadata.state) as Omit<FitState, 'snapshot' | 'best'> & {
    step: number
    best?: { epoch: number; score: number; step: number }
  }
  const restored = best && { epoch: best.epoch, score: best.score, snapshot: snapshotOf('best/', best.step, tensors) }
  return {
    state: { ...position, snapshot: snapshotOf('now/', step, tensors), ...(restored && { best: restored }) },
    recipe: JSON.parse(metadata.recipe) as Readonly<Record<string, unknown>>,
  }
}

const tensorsOf = (prefix: string, { vectors }: Snapshot): readonly (readonly [string, TensorData])[] =>
  Object.entries(vectors).map(([name, vector]) => [`${prefix}${name}`, floatTensor([vector.length], vector)])

function snapshotOf(prefix: string, step: number, tensors: ReadonlyMap<string, TensorData>): Snapshot {
  const mine = [...tensors].filter(([name]) => name.startsWith(prefix))
  return {
    step,
    vectors: Object.fromEntries(mine.map(([name, { data }]) => [name.slice(prefix.length), data as Float32Array])),
  }
}
