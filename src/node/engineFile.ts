import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NNOptError } from '../shared/errors'

/** Programs that run in their own process or thread, each bundled into one file. */
export type EngineProgram =
  | 'cli'
  | 'host'
  | 'door'
  | 'job'
  | 'trainer'
  | 'inference'
  | 'pool'
  | 'data'
  | 'foreign'
  | 'inspect'
  | 'profile'
  | 'store'
  | 'wasm'

const here = dirname(fileURLToPath(import.meta.url))

/** The folder with package.json: this file is in `out/engine` if bundled, and in `src/node` if run from source. */
export const projectRoot = join(here, '..', '..')

/** The bundled file of a program, from a bundle or from source. */
export function engineFile(program: EngineProgram): string {
  const file = join(projectRoot, 'out', 'engine', `${program}.js`)
  if (!existsSync(file)) throw new NNOptError('internal', `'${file}' is missing: run 'npm run build'`)
  return file
}
