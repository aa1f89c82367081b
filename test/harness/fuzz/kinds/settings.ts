import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { oneof } from 'fast-check'
import { preprocessingPresets } from '../../../../src/core/data/preprocessing'
import { readAccess } from '../../../../src/node/access/accessFile'
import { readClasses, readPreprocessing } from '../../../../src/node/jobs/work/versions/factFiles'
import type { ForeignFile, FuzzKind } from '../kind'
import { ofJson, ofText } from '../kind'
import { byteMutations, textMutations, treeMutations } from '../mutations'

const access = {
  folders: ['/srv/images'],
  tokens: [{ name: 'anna', hash: 'abc', rights: 'look', createdAt: '2026-01-01T00:00:00.000Z' }],
}

const readers: Readonly<Record<string, (path: string, folder: string) => unknown>> = {
  '.access.json': (_, folder) => readAccess(folder),
  'preprocessing.json': readPreprocessing,
  'classes.json': readClasses,
}

const json = (name: string, value: unknown): ForeignFile => ({ name, bytes: Buffer.from(JSON.stringify(value)) })

/** Small JSON files: who may use a workspace, what a model wants of its images, what its classes are called. */
export const settings: FuzzKind = {
  id: 'settings',
  seeds: async () => [
    json('.access.json', access),
    json('preprocessing.json', preprocessingPresets.imagenet),
    json('classes.json', ['cat', 'dog']),
  ],
  mutations: oneof(byteMutations, textMutations.map(ofText), treeMutations.map(ofJson)),
  read: ({ name, bytes }, folder) => {
    writeFileSync(join(folder, name), bytes)
    return readers[name]?.(join(folder, name), folder)
  },
}
