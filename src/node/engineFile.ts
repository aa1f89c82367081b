import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NNOptError } from '../shared/errors'

/** Programs that run in a process or thread of their own, each bundled to one file. */
export type EngineProgram =
  'cli' | 'host' | 'door' | 'job' | 'trainer' | 'inference' | 'pool' | 'data' | 'inspect' | 'profile' | 'store' | 'wasm'

const here = dirname(fileURLToPath(import.meta.url))

/** The folder that holds package.json: this file lies in `out/engine` when bundled and in `src/node` when run from source. */
export const projectRoot = join(here, '..', '..')

/** The bundled file of a program, from a bundle and from source alike. */
export function engineFile(program: EngineProgram): string {
  const file = join(projectRoot, 'out', 'engine', `${program}.js`)
  if (!existsSync(file)) throw new NNOptError('internal', `'${file}' is missing: run 'npm run build'`)
  return file
}
