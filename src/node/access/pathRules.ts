import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { NNOptError } from '../../shared/errors'
import type { WorkspacePaths } from '../store/workspace'
import { isPlainPath } from './isPlainPath'
import { isWithin } from './isWithin'

/** The files that a token holder may use. */
export interface PathRules {
  /** The real path of a file or folder to read. Throws `forbidden`. Relative paths start in the workspace. */
  readable(path: string): string
  /** The real path of a file to write, and whether it may replace one. Throws `forbidden`. */
  writable(path: string): WritablePath
}

export interface WritablePath {
  readonly path: string
  readonly mayReplace: boolean
}

/** Where token holders put files in a workspace. */
export const outputFolders = ['exports', 'reports'] as const
/** What else of a workspace they may read. */
const readFolders: readonly string[] = [...outputFolders, 'versions', 'datasets', 'runs', '.uploads', '.downloads']

interface Zone {
  readonly kind: 'workspace' | 'folder' | 'bundled'
  readonly root: string
}

export interface Reach {
  readonly paths: Pick<WorkspacePaths, 'root'>
  /** Opened by the owner. */
  readonly folders: readonly string[]
  /** Ships with the program. */
  readonly bundled: readonly string[]
}

export function pathRules({ paths: { root }, folders, bundled }: Reach): PathRules {
  // The workspace first: its own rules hold even inside a folder that was opened.
  const zones: readonly Zone[] = [
    { kind: 'workspace', root },
    ...folders.map((folder): Zone => ({ kind: 'folder', root: folder })),
    ...bundled.map((path): Zone => ({ kind: 'bundled', root: path })),
  ]
  const place = (path: string): { readonly zone: Zone; readonly real: string; readonly inside: string } => {
    const full = resolve(root, path)
    // Outside, nothing is even looked at: whether it exists is nobody's business.
    if (!isPlainPath(path) || !zones.some((zone) => isWithin(zone.root, full))) throw outside(path)
    const real = realPath(full)
    const zone = real === undefined ? undefined : zones.find(({ root: folder }) => isWithin(realFolder(folder), real))
    if (real === undefined || !zone) throw outside(path)
    return { zone, real, inside: relative(realFolder(zone.root), real) }
  }
  return {
    readable: (path) => {
      const { zone, real, inside } = place(path)
      if (zone.kind === 'workspace' && !readFolders.includes(firstPart(inside))) throw reserved(path)
      return real
    },
    writable: (path) => {
      const { zone, real, inside } = place(path)
      if (zone.kind === 'bundled') throw outside(path)
      if (zone.kind === 'folder') return { path: real, mayReplace: false }
      if (isOutput(inside)) return { path: real, mayReplace: true }
      if (!isNewName(inside)) throw reserved(path)
      return { path: real, mayReplace: false }
    },
  }
}

const firstPart = (path: string): string => path.split(sep)[0] ?? ''

const isOutput = (inside: string): boolean => (outputFolders as readonly string[]).includes(firstPart(inside))

/** A file directly in the workspace, away from the database and the hidden files. */
const isNewName = (inside: string): boolean =>
  inside !== '' && !inside.includes(sep) && !/^(\.|workspace\.db)/i.test(inside)

const realFolder = (folder: string): string => realPath(folder) ?? folder

/** A path without links, of which the end need not exist; undefined where a link leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch (error) {
    // What is missing is judged by the folder that it would lie in.
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || lstatSync(path, { throwIfNoEntry: false })) return undefined
    const parent = dirname(path) === path ? undefined : realPath(dirname(path))
    return parent === undefined ? undefined : join(parent, basename(path))
  }
}

const outside = (path: string): NNOptError =>
  new NNOptError(
    'forbidden',
    `'${path}' is out of reach for this token: upload the file, or ask the owner to open its folder with 'nnopt serve --allow'`,
  )

const reserved = (path: string): NNOptError =>
  new NNOptError(
    'forbidden',
    `'${path}' belongs to the program: expected a file in ${outputFolders.map((name) => `'${name}'`).join(' or ')} of the workspace`,
  )
