import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { NNOptError } from '../shared/errors'
import type { Version } from '../shared/types'
import { projectRoot } from './engineFile'

/** Names of the bundled dataset and model in a workspace. */
export const sampleName = 'sample'
export const baselineName = 'baseline'

function bundled(name: string, pattern: RegExp): string {
  const folder = join(projectRoot, 'resources', name)
  const file = existsSync(folder) ? readdirSync(folder).find((candidate) => pattern.test(candidate)) : undefined
  if (file === undefined)
    throw new NNOptError(
      'unavailable',
      `'${folder}' is missing: expected the ${name} that ships with the program; reinstall the program`,
    )
  return join(folder, file)
}

export const sampleArchive = (): string => bundled('sample', /\.(tar|tar\.gz|tgz|zip)$/)
export const baselineFile = (): string => bundled('baseline', /\.onnx$/)

/** The bundled model, if an earlier call has imported it into the workspace. */
export const findBaseline = (versions: readonly Version[]): Version | undefined => {
  const file = baselineFile()
  return versions.find(({ name, origin, step }) => name === baselineName && origin === 'bundled' && step.file === file)
}
