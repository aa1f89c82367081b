import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workspacePaths } from './workspace'
import type { WorkspacePaths } from './workspace'

/** Whether a workspace is there that can be read, but not written. */
export function isReadOnly({ root, database, versions }: WorkspacePaths): boolean {
  return existsSync(database) && [root, database, versions].some((path) => existsSync(path) && !isWritable(path))
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A temporary workspace that shows another: a copy of its database, and links to its folders. */
export interface Mirror {
  readonly folder: string
  remove(): void
}

/** What runs need to write goes into the mirror, and is gone with it. Nothing is ever written to the workspace. */
export function mirror(original: WorkspacePaths): Mirror {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-read-only-'))
  const paths = workspacePaths(folder)
  copyFileSync(original.database, paths.database)
  // What was committed last may be in the log only.
  if (existsSync(`${original.database}-wal`)) copyFileSync(`${original.database}-wal`, `${paths.database}-wal`)
  for (const name of ['versions', 'datasets', 'trash', 'tunings'] as const) link(original[name], paths[name])
  mkdirSync(paths.runs)
  for (const id of existsSync(original.runs) ? readdirSync(original.runs) : []) link(original.run(id), paths.run(id))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A junction on Windows, which needs no rights. */
const link = (from: string, to: string): void => {
  if (existsSync(from)) symlinkSync(from, to, 'junction')
}
