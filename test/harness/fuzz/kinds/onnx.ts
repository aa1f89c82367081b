import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { oneof } from 'fast-check'
import { classesOf, preprocessingOf } from '../../../../src/core/data/modelFacts'
import { modelType } from '../../../../src/core/onnx/proto'
import { readModelFile } from '../../../../src/node/jobs/work/versions/readModelFile'
import type { FuzzKind } from '../kind'
import { byteMutations, treeMutations } from '../mutations'
import type { Mutation } from '../mutations'

const folderOfSeeds = join('test', 'golden', 'onnx')
/** Larger ones only make it slow. */
const mostSeedBytes = 100_000

/** Changes a field of the message; one that protobuf itself cannot write stays as it is. */
const ofMessage =
  (mutate: Mutation<unknown>): Mutation<Uint8Array> =>
  (bytes) => {
    try {
      const changed = mutate(modelType.toObject(modelType.decode(bytes)))
      return modelType.encode(modelType.fromObject(changed as Record<string, unknown>)).finish()
    } catch {
      return bytes
    }
  }

export const onnx: FuzzKind = {
  id: 'onnx',
  seeds: async () =>
    readdirSync(folderOfSeeds)
      .filter((name) => name.endsWith('.onnx'))
      .map((name) => ({ name, bytes: readFileSync(join(folderOfSeeds, name)) }))
      .filter(({ bytes }) => bytes.length <= mostSeedBytes),
  mutations: oneof(byteMutations, treeMutations.map(ofMessage)),
  read: ({ name, bytes }, folder) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    const { graph } = readModelFile(path)
    return [classesOf(graph), preprocessingOf(graph)]
  },
}
