import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { floatTensor } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import type { FitState } from '../../src/core/train/fit'
import { readSafetensors, writeSafetensors } from '../../src/core/train/safetensors'
import { loadCheckpoint, saveCheckpoint } from '../../src/node/jobs/trainer/checkpointFiles'
import { temporaryFolder } from '../helpers/temporary'

const root = temporaryFolder('checkpoints')
const recipe = { seed: 4 }

/** A state whose every number tells its step. */
function stateOf(step: number): FitState {
  const snapshot = {
    step,
    vectors: { parameters: Float32Array.of(step, -0, 1e-40), 'slot.velocity': Float32Array.of(step / 3, 2, 3) },
  }
  const metrics = {
    epoch: 0,
    trainLoss: 1,
    trainAccuracy: 0.5,
    learningRate: 0.1,
    samplesPerSecond: 10,
    waitedShare: 0,
    seconds: 1,
  }
  return {
    snapshot,
    epoch: 1,
    stepInEpoch: step,
    history: [metrics],
    best: { epoch: 0, score: 0.5, snapshot: { ...snapshot, step: 1 } },
  }
}

describe('checkpoints', () => {
  it('come back as they were written', async () => {
    const folder = join(root, 'same')
    await saveCheckpoint(folder, stateOf(7), recipe)
    expect(loadCheckpoint(folder)).toEqual({ state: stateOf(7), recipe })
  })

  it('are kept to the two newest, and leave no partial file', async () => {
    const folder = join(root, 'budget')
    for (const step of [1, 20, 300, 4000]) await saveCheckpoint(folder, stateOf(step), recipe)
    const kept = ['step-000000300.safetensors', 'step-000004000.safetensors']
    expect(readdirSync(folder).sort()).toEqual(kept.flatMap((name) => [name, `${name}.sha256`]))
    expect(loadCheckpoint(folder)?.state.snapshot.step).toBe(4000)
  })

  it.each(['', 'not tensors at all', undefined])('are passed over when unreadable: %j', async (content) => {
    const folder = join(root, `damaged-${content?.length ?? 'cut'}`)
    for (const step of [1, 2]) await saveCheckpoint(folder, stateOf(step), recipe)
    const newest = join(folder, 'step-000000002.safetensors')
    writeFileSync(newest, content ?? readFileSync(newest).subarray(0, -4))
    expect(loadCheckpoint(folder)?.state).toEqual(stateOf(1))
  })

  it('are passed over for the one before when a bit has flipped, which is said', async () => {
    const folder = join(root, 'flipped')
    for (const step of [1, 2]) await saveCheckpoint(folder, stateOf(step), recipe)
    const newest = join(folder, 'step-000000002.safetensors')
    const bytes = readFileSync(newest)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(newest, bytes)
    const said: string[] = []
    expect(loadCheckpoint(folder, (message) => said.push(message))?.state).toEqual(stateOf(1))
    expect(said).toEqual([expect.stringMatching(/step-000000002\.safetensors' is damaged: expected SHA-256 .*…, got /)])
  })

  it('do not exist before the first one, whatever a crash left', async () => {
    expect(loadCheckpoint(join(root, 'none'))).toBeUndefined()
    const folder = join(root, 'partial')
    await saveCheckpoint(folder, stateOf(1), recipe)
    writeFileSync(join(folder, 'step-000000009.safetensors.partial'), 'half')
    expect(loadCheckpoint(folder)?.state.snapshot.step).toBe(1)
  })
})

describe('safetensors', () => {
  const tensors = new Map<string, TensorData>([
    ['weight', floatTensor([2, 2], Float32Array.of(1, -2, 3e-39, Infinity))],
    ['empty', floatTensor([0], new Float32Array(0))],
    ['scalar', floatTensor([], Float32Array.of(5))],
    ['mask', { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 1, 1) }],
    ['zeroPoint', { dtype: 'int8', shape: [1], data: Int8Array.of(-128) }],
    ['after', { dtype: 'int32', shape: [1], data: Int32Array.of(-7) }],
  ])
  const bytes = writeSafetensors({ tensors, metadata: { note: 'größer' } })

  it('keeps types, shapes, bits and metadata, at any alignment', () => {
    expect(readSafetensors(bytes, 'x')).toEqual({ tensors, metadata: { note: 'größer' } })
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(readSafetensors(shifted.subarray(3), 'x').tensors).toEqual(tensors)
  })

  it('starts its data at a multiple of 8', () => {
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
  })

  const damaged = [
    { what: 'nothing', content: new Uint8Array(0), message: 'is not a safetensors file or is truncated: 0 bytes' },
    { what: 'a header longer than the file', content: bytes.slice(0, 40), message: 'is truncated: 40 bytes' },
    {
      what: 'a header that is not JSON',
      content: Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
      message: 'its header is not JSON',
    },
    {
      what: 'data cut short',
      content: bytes.slice(0, -1),
      message: "is truncated at tensor 'after': expected 4 bytes, got 3",
    },
  ]
  it.each(damaged)('names the file and the fault of $what', ({ content, message }) => {
    expect(() => readSafetensors(content, 'model.safetensors')).toThrow(
      expect.objectContaining({ code: 'badInput', message: expect.stringMatching(/^'model\.safetensors'/) }),
    )
    expect(() => readSafetensors(content, 'model.safetensors')).toThrow(message)
  })
})
