import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { NNOptError } from '../../shared/errors'

/** Bytes to write, or a file to copy. */
export type FileContent = Uint8Array | { readonly copyOf: string }

/** Forces a file or folder to the disk. Windows cannot open folders; NTFS journals renames itself. */
export function syncPath(path: string): void {
  if (process.platform === 'win32' && statSync(path).isDirectory()) return
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'wx')
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function put(path: string, content: FileContent): void {
  if (content instanceof Uint8Array) return writeWhole(path, content)
  copyFileSync(content.copyOf, path)
  syncPath(path)
}

/** Writes a folder that is either there with all its files on the disk, or not there: `.partial-<name>` is renamed when complete. */
export function writeFolder(folder: string, files: ReadonlyMap<string, FileContent>): void {
  const parent = dirname(folder)
  const partial = join(parent, `.partial-${folder.slice(parent.length + 1)}`)
  try {
    mkdirSync(partial)
    for (const [name, content] of files) put(join(partial, name), content)
    syncPath(partial)
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw error
  }
  syncPath(parent)
}

/** Replaces one file, whole or not at all. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  // A pid comes back after a crash, with its partial file still there.
  const partial = `${path}.partial-${process.pid}-${randomUUID()}`
  try {
    writeWhole(partial, bytes)
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
  syncPath(dirname(path))
}

/** Writes a new file, whole or not at all. Throws `conflict` if there is one already. */
export function createFile(path: string, bytes: Uint8Array): void {
  const partial = `${path}.partial-${process.pid}`
  try {
    writeWhole(partial, bytes)
    place(partial, path)
  } finally {
    rmSync(partial, { force: true })
  }
  syncPath(dirname(path))
}

/** File systems such as exFAT have no links: there the file is copied. */
const withoutLinks: readonly unknown[] = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK']

function place(partial: string, path: string): void {
  try {
    linkSync(partial, path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') throw new NNOptError('conflict', `'${path}' already exists: choose another name`, { path })
    if (!withoutLinks.includes(code)) throw error
    copyFileSync(partial, path, constants.COPYFILE_EXCL)
    syncPath(path)
  }
}

/** Bytes of all files under a path; 0 when there is nothing. */
export function diskUse(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return 0
  return stats.isDirectory()
    ? readdirSync(path).reduce((total, name) => total + diskUse(join(path, name)), 0)
    : stats.size
}
