import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
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

/** What the metadata of a checkpoint say of its position; the rest of a position belongs to whoever fits. */
const position = z.looseObject({
  step: z.number().int().min(0),
  best: z.object({ epoch: z.number(), score: z.number(), step: z.number().int().min(0) }).optional(),
})

type Position = Omit<FitState, 'snapshot' | 'best'> & z.infer<typeof position>

/** Throws `badInput` when the file is not a complete checkpoint. */
export function readCheckpoint(bytes: Uint8Array, fileName: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, fileName)
  const { step, best, ...rest } = metadataOf(position, metadata.state, fileName) as Position
  const restored = best && { epoch: best.epoch, score: best.score, snapshot: snapshotOf('best/', best.step, tensors) }
  return {
    state: { ...rest, snapshot: snapshotOf('now/', step, tensors), ...(restored && { best: restored }) },
    recipe: metadataOf(z.record(z.string(), z.unknown()), metadata.recipe, fileName),
  }
}

function metadataOf<T>(schema: z.ZodType<T>, text: string | undefined, fileName: string): T {
  try {
    return schema.parse(JSON.parse(text ?? ''))
  } catch (cause) {
    throw new NNOptError(
      'badInput',
      `'${fileName}' is not a checkpoint of a run: expected the run's position and recipe in its metadata`,
      undefined,
      { cause },
    )
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
