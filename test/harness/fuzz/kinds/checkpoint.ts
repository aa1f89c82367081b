import { oneof } from 'fast-check'
import { readCheckpoint, writeCheckpoint } from '../../../../src/core/train/checkpoint'
import type { FitState } from '../../../../src/core/train/fit'
import type { Snapshot } from '../../../../src/core/train/snapshot'
import type { FuzzKind } from '../kind'
import { ofJson } from '../kind'
import { byteMutations, treeMutations } from '../mutations'
import type { Mutation } from '../mutations'

const snapshot: Snapshot = {
  step: 12,
  vectors: { parameters: new Float32Array(32).fill(0.5), momentum: new Float32Array(32) },
}
const state: FitState = { snapshot, best: { epoch: 1, score: 0.75, snapshot }, epoch: 2, stepInEpoch: 0, history: [] }

const lengthBytes = 8

/** Changes the header and keeps what follows it, with a length that fits. */
const ofHeader =
  (mutate: Mutation<Uint8Array>): Mutation<Uint8Array> =>
  (bytes) => {
    const file = Buffer.from(bytes)
    const end = lengthBytes + Number(file.readBigUInt64LE(0))
    const header = mutate(file.subarray(lengthBytes, end))
    const length = Buffer.alloc(lengthBytes)
    length.writeBigUInt64LE(BigInt(header.length))
    return Buffer.concat([length, header, file.subarray(end)])
  }

export const checkpoint: FuzzKind = {
  id: 'checkpoint',
  seeds: async () => [{ name: 'step-000000012.safetensors', bytes: writeCheckpoint(state, { epochs: 3 }) }],
  mutations: oneof(byteMutations, byteMutations.map(ofHeader), treeMutations.map(ofJson).map(ofHeader)),
  read: ({ name, bytes }) => readCheckpoint(bytes, name),
}
