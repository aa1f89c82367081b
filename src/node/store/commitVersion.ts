import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { assert } from '../../shared/errors'
import type { Version } from '../../shared/types'
import { withChecksum } from './checkedFile'
import type { FileContent } from './durable'
import { diskUse, writeFolder } from './durable'
import { createId } from './ids'
import type { Store } from './index'
import { guardStorageAsync } from './storageError'

export type VersionDraft = Omit<
  Version,
  'id' | 'createdAt' | 'deletedAt' | 'sizeBytes' | 'diskBytes' | 'hash' | 'tags' | 'notes'
>

const modelFile = 'model.onnx'

/**
 * The only way a version comes into being: its folder is complete and on the disk before its row is written, so a crash in between leaves
 * a folder without a row, which `nnopt doctor --repair` registers, never a version without its files. `metadata.json` is added to the files.
 */
export async function commitVersion(
  store: Store,
  draft: VersionDraft,
  files: ReadonlyMap<string, FileContent>,
): Promise<Version> {
  const model = files.get(modelFile)
  assert(model instanceof Uint8Array, () => `version '${draft.name}': expected the bytes of ${modelFile}`)
  const now = Date.now()
  const id = createId('v', now)
  const facts = { ...draft, id, createdAt: new Date(now).toISOString(), sizeBytes: model.length, hash: sha256(model) }
  const folder = store.paths.version(id)
  return guardStorageAsync(store.paths.root, async () => {
    writeFolder(folder, new Map([...files, ...withChecksum('metadata.json', metadataOf(facts, files))]))
    const version: Version = { ...facts, diskBytes: diskUse(folder), deletedAt: null, tags: [], notes: '' }
    try {
      await store.versions.insert(version)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
    return version
  })
}

const bytesOf = (content: FileContent): Uint8Array =>
  content instanceof Uint8Array ? content : readFileSync(content.copyOf)

/** The facts, and the SHA-256 of every file. */
function metadataOf(facts: object, files: ReadonlyMap<string, FileContent>): Uint8Array {
  const sums = [...files].map(([name, content]) => [name, sha256(bytesOf(content))] as const)
  return new TextEncoder().encode(`${JSON.stringify({ ...facts, files: Object.fromEntries(sums) }, null, 2)}\n`)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
