import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { NNOptError } from '../shared/errors'
import { syncPath } from './store/durable'

/** SHA-256 and size of every file of an installed runtime, by its path in there. */
export const runtimeFiles = z.record(z.string(), z.object({ sha256: z.string(), sizeBytes: z.number() }))
export type RuntimeFiles = z.output<typeof runtimeFiles>

/** Files up to this size are read before each use; of larger ones the size is looked at, and `nnopt doctor --deep` reads them. */
const quicklyReadBytes = 32 * 2 ** 20

export async function listRuntimeFiles(root: string): Promise<RuntimeFiles> {
  const names = (readdirSync(root, { recursive: true }) as string[]).filter((name) => isFile(join(root, name)))
  const entries = names.sort().map(async (name) => {
    const path = join(root, name)
    return [name, { sha256: await sumOf(path), sizeBytes: statSync(path).size }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Puts an installed folder, which is on the disk by then, in the place of an older one. */
export async function replaceTree(from: string, to: string): Promise<void> {
  for (const name of readdirSync(from, { recursive: true }) as string[])
    if (existsSync(join(from, name))) syncPath(join(from, name))
  syncPath(from)
  const old = `${to}.old-${process.pid}`
  if (existsSync(to)) await rename(to, old)
  await rename(from, to)
  syncPath(dirname(to))
  await rm(old, { recursive: true, force: true })
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Throws `unavailable` where a file of a runtime is not what was installed; nothing of it is to be loaded. */
export function assertRuntimeIntact(root: string, files: RuntimeFiles, reinstall: string): void {
  for (const [name, { sha256, sizeBytes }] of Object.entries(files)) {
    const path = join(root, name)
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size !== sizeBytes) throw damaged(path, `expected ${sizeBytes} bytes, got ${size ?? 'none'}`, reinstall)
    if (size > quicklyReadBytes) continue
    const found = createHash('sha256').update(readFileSync(path)).digest('hex')
    if (found !== sha256) throw damaged(path, sums(sha256, found), reinstall)
  }
}

/** What is wrong with the files of a runtime; reads all of them. */
export async function runtimeProblems(
  root: string,
  files: RuntimeFiles,
  reinstall: string,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const [name, { sha256 }] of Object.entries(files)) {
    const path = join(root, name)
    const found = isFile(path) ? await sumOf(path) : 'nothing'
    if (found !== sha256) problems.push(damaged(path, sums(sha256, found), reinstall).message)
  }
  return problems
}

const sums = (expected: string, found: string): string =>
  `expected SHA-256 ${expected.slice(0, 12)}…, got ${found.slice(0, 12)}${found.length > 12 ? '…' : ''}`

const damaged = (path: string, how: string, reinstall: string): NNOptError =>
  new NNOptError('unavailable', `'${path}' is damaged: ${how}; reinstall the runtime with '${reinstall}'`, { path })
