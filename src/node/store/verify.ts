import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NNOptError } from '../../shared/errors'
import type { Version } from '../../shared/types'
import { sha256 } from './commitVersion'
import type { Store } from './index'

const trainingFile = 'training.safetensors'

/** What `metadata.json` says of a version's other files; nothing where an older program wrote it. */
function checksumsOf(folder: string): Readonly<Record<string, unknown>> {
  const file = join(folder, 'metadata.json')
  if (!existsSync(file)) return {}
  try {
    const { files = {} } = JSON.parse(readFileSync(file, 'utf8')) as { readonly files?: Record<string, unknown> }
    return files
  } catch (cause) {
    throw new NNOptError(
      'storage',
      `'${file}' is damaged, so nothing says what the version's files should be: put back a copy of it, or make the version again`,
      { file },
      { cause },
    )
  }
}

/** Throws `storage` when the model or the training weights of a version are not what was written: nothing is to be computed from them. */
export async function assertUnchanged({ paths, versions }: Store, { id, name, hash }: Version): Promise<void> {
  const folder = paths.version(id)
  const expected = { 'model.onnx': hash, [trainingFile]: checksumsOf(folder)[trainingFile] }
  for (const [file, sum] of Object.entries(expected)) {
    const path = join(folder, file)
    if (typeof sum !== 'string' || !existsSync(path)) continue
    const found = sha256(readFileSync(path))
    if (found === sum) continue
    const children = (await versions.list(false)).filter(({ parentId }) => parentId === id)
    const made = children.length > 0 ? `; versions made from it: ${children.map((each) => each.name).join(', ')}` : ''
    throw new NNOptError(
      'storage',
      `version '${name}': '${path}' is damaged: expected SHA-256 ${sum.slice(0, 12)}…, got ${found.slice(0, 12)}…; put back a copy of the file, or remove the version and make it again${made}`,
      { version: id, file: path },
    )
  }
}
