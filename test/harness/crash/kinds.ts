import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../../src/shared/contract'
import type { RecipeStep, Run } from '../../../src/shared/types'

/** Where everything of a campaign lies. */
export interface Place {
  readonly workspace: string
  readonly images: string
  readonly model: string
  readonly exports: string
}

/** A kind of step, and what its result is known by: the same whatever was killed on the way. */
export interface CrashKind {
  readonly id: string
  /** Only when asked for by name. */
  readonly isSlow?: boolean
  /** `name` is new each time. */
  step(name: string, place: Place): RecipeStep
  result(run: Run, name: string, place: Place, client: Client): Promise<string>
}

const digest = (file: string): string =>
  existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : `'${file}' is missing`

/** Weights only: the model file holds its own name. */
const weights: CrashKind['result'] = async ({ results: [made] }, _name, { workspace }) =>
  digest(join(workspace, 'versions', made?.versionId ?? '', 'training.safetensors'))

const output =
  (key: string, part: (value: unknown) => unknown = (value) => value): CrashKind['result'] =>
  async ({ results: [made] }) =>
    JSON.stringify(part(made?.output?.[key]))

const accuracyOf = (evaluation: unknown): unknown => Reflect.get(Object(evaluation), 'accuracy')
const training = { backend: 'wasm', batchSize: 8, seed: 3 }

export const kinds: readonly CrashKind[] = [
  {
    id: 'dataset-add',
    step: (name, { images }) => ({ step: 'dataset-add', name, paths: [images] }),
    result: async (_run, name, _place, client) => (await client.call('datasets.get', { name })).hash,
  },
  { id: 'import', step: (name, { model }) => ({ step: 'import', file: model, name }), result: weights },
  {
    id: 'train',
    step: (name) => ({ step: 'train', architecture: 'tiny-cnn', dataset: 'colours', epochs: 6, name, ...training }),
    result: weights,
  },
  {
    id: 'prune',
    step: (name) => ({ step: 'prune', from: 'base', dataset: 'colours', amount: 0.4, epochs: 2, name, ...training }),
    result: weights,
  },
  {
    id: 'quantize',
    step: (name) => ({ step: 'quantize', from: 'base', dataset: 'colours', calibrationSamples: 24, name }),
    result: weights,
  },
  {
    id: 'qat',
    step: (name) => ({
      step: 'quantize',
      mode: 'qat',
      from: 'base',
      dataset: 'colours',
      calibrationSamples: 24,
      epochs: 2,
      name,
      ...training,
    }),
    result: weights,
  },
  {
    id: 'evaluate',
    step: () => ({ step: 'evaluate', version: 'base', dataset: 'colours' }),
    result: output('evaluation', accuracyOf),
  },
  {
    id: 'export',
    step: (name, { exports }) => ({ step: 'export', version: 'base', out: join(exports, `${name}.onnx`) }),
    result: async (_run, name, { exports }) => digest(join(exports, `${name}.onnx`)),
  },
  {
    id: 'benchmark',
    step: () => ({ step: 'benchmark', versions: ['base'], rounds: 2 }),
    result: async ({ results }) => String(results.length),
  },
  {
    id: 'tune',
    isSlow: true,
    step: () => ({ step: 'tune', version: 'base', batch: [1], engines: ['onnxruntime'] }),
    result: async ({ results }) => String(results.length),
  },
]
