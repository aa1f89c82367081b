import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { engineFile } from '../../../src/node/engineFile'
import { nodeBinary } from '../../../src/node/jobs/nodeBinary'
import type { RecipeStep } from '../../../src/shared/types'
import { writeImageFolder } from '../../helpers/images'
import { writeTinyModel } from '../../helpers/models'
import type { Place } from '../crash/kinds'

/** How a call of the command line ended; null where it had to be ended. */
export interface Outcome {
  readonly code: number | null
  readonly document: unknown
  readonly stderr: string
}

const patienceMs = 120_000

/** Runs the command line as a user would. */
export function nnopt(
  { workspace }: Pick<Place, 'workspace'>,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const own = { XDG_RUNTIME_DIR: dirname(workspace), NNOPT_CACHE: join(dirname(workspace), 'cache') }
  const child = spawn(nodeBinary(), [engineFile('cli'), ...args, '--json', '--workspace', workspace], {
    env: { ...process.env, ...own, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, document: parsed(stdout), stderr }))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Runs one step, as `nnopt run` does. */
export function runStep(
  place: Place,
  name: string,
  step: RecipeStep,
  environment?: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const file = join(dirname(place.workspace), 'recipe.yaml')
  writeFileSync(file, JSON.stringify({ name, steps: [step] }))
  return nnopt(place, ['run', file], environment)
}

/** A workspace with a dataset, and versions that were imported, trained and quantized. */
export async function prepare(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-faults-'))
  const place: Place = {
    workspace: join(folder, 'workspace'),
    images: join(folder, 'images'),
    model: join(folder, 'tiny.onnx'),
    exports: join(folder, 'exports'),
  }
  mkdirSync(place.exports)
  await writeImageFolder(place.images, { perClass: { train: 24, test: 6 } })
  writeTinyModel(place.model)
  const steps: readonly (readonly [string, RecipeStep])[] = [
    ['colours', { step: 'dataset-add', name: 'colours', paths: [place.images] }],
    ['base', { step: 'import', file: place.model, name: 'base' }],
    [
      'trained',
      { step: 'train', from: 'base', dataset: 'colours', epochs: 2, batchSize: 8, backend: 'wasm', name: 'trained' },
    ],
    ['small', { step: 'quantize', from: 'trained', dataset: 'colours', calibrationSamples: 24, name: 'small' }],
    ['measured', { step: 'evaluate', version: 'small', dataset: 'colours' }],
  ]
  for (const [name, step] of steps) {
    const { code, document } = await runStep(place, name, step)
    if (code !== 0) throw new Error(`'${name}' did not work undisturbed: ${JSON.stringify(document)}`)
  }
  return place
}
