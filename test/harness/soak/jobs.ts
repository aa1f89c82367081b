import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { architectures } from '../../../src/core/architectures/index'
import { createRandom } from '../../../src/core/data/random'
import { writeOnnx } from '../../../src/core/onnx/index'
import type { Recipe, RunStatus } from '../../../src/shared/types'

/** A recipe, and how its run has to end. */
export interface Job {
  readonly recipe: Recipe
  readonly ends: RunStatus
}

export interface Files {
  readonly model: string
  readonly damaged: string
}

export function writeFiles(folder: string): Files {
  const [model, damaged] = [join(folder, 'model.onnx'), join(folder, 'damaged.onnx')]
  const bytes = writeOnnx(architectures.get('tiny-cnn').build({ classes: 3, size: 32, channels: 8 }, 0))
  writeFileSync(model, bytes)
  writeFileSync(damaged, bytes.subarray(0, bytes.length / 2))
  return { model, damaged }
}

/** Jobs of a second: import, prune, export, and such as fail. */
export function jobNumber(number: number, seed: number, { model, damaged }: Files): Job {
  const name = `job-${number}`
  const imported = { step: 'import', id: 'model', file: model, name, preprocessing: 'cifar' }
  const recipe = (...steps: Recipe['steps']): Recipe => ({ name, steps })
  const jobs: readonly Job[] = [
    { recipe: recipe(imported), ends: 'done' },
    { recipe: recipe(imported, { step: 'export', version: '$model', out: 'exports/exported.onnx' }), ends: 'done' },
    {
      recipe: recipe(imported, { step: 'prune', from: '$model', method: 'l1-unstructured', amount: 0.5 }),
      ends: 'done',
    },
    { recipe: recipe({ ...imported, file: damaged }), ends: 'failed' },
  ]
  const chosen = jobs[createRandom(seed, number).integer(jobs.length)] ?? jobs[0]
  if (!chosen) throw new Error('no jobs')
  return chosen
}
