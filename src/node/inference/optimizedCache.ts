import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../userFolders'
import { cpuInfo, cpuInstructions } from './cpu'
import { runtimeName } from './runtimeVersion'

/** Graphs as optimized by onnxruntime for this CPU, so that a session can skip that work. */
export interface OptimizedCache {
  /** The file of an earlier session; undefined if there is none. An entry whose bytes changed is removed. */
  find(key: string): Promise<string | undefined>
  /** A file to write the optimized graph to. */
  draft(): Promise<string>
  /** Turns a finished draft into an entry, and removes the least recently used entries until all fit the limit. */
  keep(key: string, draft: string): Promise<void>
  remove(file: string): Promise<void>
}

/** Total size of all entries. A MobileNetV2 takes 9 MB in float and 3 MB in int8. */
const defaultLimitBytes = 256 * 2 ** 20
const extension = '.onnx'
/** A draft of a process that ended before finishing it. */
const abandonedMs = 3_600_000

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** Identifies a model and everything its optimized graph depends on: the library, the CPU and the session settings. */
export async function cacheKey(modelPath: string, entries: Readonly<Record<string, string>> = {}): Promise<string> {
  const { model, architecture } = cpuInfo()
  return digestOf(
    Buffer.from(
      JSON.stringify([
        digestOf(await readFile(modelPath)),
        runtimeName(),
        model,
        architecture,
        cpuInstructions(),
        entries,
      ]),
    ),
  )
}

/** Entries are named `<key>-<digest of their bytes>`, so the name suffices to verify them. */
export function optimizedCache(
  folder = join(cacheFolder(), 'optimized'),
  limitBytes = defaultLimitBytes,
): OptimizedCache {
  const names = async (): Promise<readonly string[]> => (await readdir(folder).catch(ignoreMissing)) ?? []
  const remove = (file: string): Promise<void> => rm(file, { force: true })
  return {
    async find(key) {
      const name = (await names()).find((each) => each.startsWith(`${key}-`))
      if (name === undefined) return undefined
      const file = join(folder, name)
      const bytes = await readFile(file).catch(ignoreMissing)
      if (bytes && name === entryName(key, bytes)) {
        await utimes(file, new Date(), new Date()).catch(ignoreMissing)
        return file
      }
      await remove(file)
      return undefined
    },
    async draft() {
      await mkdir(folder, { recursive: true })
      return join(folder, `${randomUUID()}.draft`)
    },
    async keep(key, draft) {
      await rename(draft, join(folder, entryName(key, await readFile(draft))))
      await shrink(folder, await names(), limitBytes)
    },
    remove,
  }
}

const entryName = (key: string, bytes: Uint8Array): string => `${key}-${digestOf(bytes)}${extension}`

async function shrink(folder: string, names: readonly string[], limitBytes: number): Promise<void> {
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const { size = 0, mtimeMs = 0 } = (await stat(path).catch(ignoreMissing)) ?? {}
      return { path, size, mtimeMs, isEntry: name.endsWith(extension) }
    }),
  )
  for (const { path } of files.filter(({ isEntry, mtimeMs }) => !isEntry && Date.now() - mtimeMs > abandonedMs))
    await rm(path, { force: true })
  let kept = 0
  for (const { path, size } of files.filter(({ isEntry }) => isEntry).sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    kept += size
    if (kept > limitBytes) await rm(path, { force: true })
  }
}

/** Another process may remove an entry that this one has just listed. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
