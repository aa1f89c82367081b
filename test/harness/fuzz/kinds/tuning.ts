import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { oneof } from 'fast-check'
import { createTunings } from '../../../../src/node/store/tunings'
import type { Tuning } from '../../../../src/shared/types'
import type { FuzzKind } from '../kind'
import { ofJson, ofText } from '../kind'
import { byteMutations, textMutations, treeMutations } from '../mutations'

const [versionId, fingerprint] = ['v-1', 'cpu-1']
const configuration = {
  engine: 'onnxruntime',
  form: 'original',
  sessions: 2,
  threads: 1,
  batch: 8,
  samplesPerSecond: 100,
  latencyMs: 3,
} as const
const seed = {
  version: versionId,
  createdAt: '2026-01-01T00:00:00.000Z',
  fingerprint,
  cpu: {
    model: 'CPU',
    architecture: 'x64',
    cores: 2,
    avx2: true,
    avx512: false,
    vnni: false,
    frequencyMhz: null,
    temperatureC: null,
  },
  libraries: ['onnxruntime 1.30.0'],
  throughput: configuration,
  latency: configuration,
  measured: [configuration],
  padding: null,
  warnings: [],
}

/** What tuning found for a version: a record that cannot be used counts as none. */
export const tuning: FuzzKind = {
  id: 'tuning',
  seeds: async () => [{ name: 'tuning.json', bytes: Buffer.from(JSON.stringify(seed)) }],
  mutations: oneof(byteMutations, textMutations.map(ofText), treeMutations.map(ofJson)),
  read: ({ name, bytes }, folder): Tuning | undefined => {
    const file = join(folder, fingerprint, versionId, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    return createTunings(folder).find(versionId, fingerprint)
  },
}
