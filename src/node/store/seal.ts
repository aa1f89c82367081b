import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { isAlone } from '../locks/presence'
import { replaceFile } from './durable'
import { damagedDatabase } from './storageError'
import type { WorkspacePaths } from './workspace'

/** What the database was when the last process left: SQLite notices damage of its structure only, not of what rows say. */
const state = z.object({ sha256: z.string(), sizeBytes: z.number(), modifiedMs: z.number() })
type State = z.output<typeof state>

/** Of the seal itself: a damaged one is none. */
const crcOf = (sealed: State): number => crc32(JSON.stringify(sealed))

const seal = state.extend({ crc: z.number() }).refine(({ crc, ...sealed }) => crc === crcOf(sealed))

const sealFile = ({ database }: WorkspacePaths): string => `${database}.seal`

function stateOf(file: string): State {
  const { size, mtimeMs } = statSync(file)
  return { sha256: createHash('sha256').update(readFileSync(file)).digest('hex'), sizeBytes: size, modifiedMs: mtimeMs }
}

/** Writes the seal when nobody works in the workspace any more. Without one, the next start has nothing to compare with. */
export function sealDatabase(paths: WorkspacePaths): void {
  if (existsSync(`${paths.database}-wal`) || !existsSync(paths.database) || !isAlone(paths)) return
  if (readSeal(paths) !== undefined) return
  try {
    const found = stateOf(paths.database)
    if (isCoarse(found.modifiedMs)) return rmSync(sealFile(paths), { force: true })
    replaceFile(sealFile(paths), new TextEncoder().encode(JSON.stringify({ ...found, crc: crcOf(found) })))
  } catch {
    // A disk that is full or gone takes no seal; whatever was to be kept is in the database.
    rmSync(sealFile(paths), { force: true })
  }
}

/** File systems such as FAT keep whole seconds, and two writes within one would look like none. */
const isCoarse = (modifiedMs: number): boolean => Number.isInteger(modifiedMs / 1000)

/** Throws `storage` when the bytes of the database are not those that were sealed. A program that writes to it moves its time on, and the seal no longer holds. */
export function assertSealed(paths: WorkspacePaths): void {
  const sealed = readSeal(paths)
  if (sealed && stateOf(paths.database).sha256 !== sealed.sha256)
    throw damagedDatabase(paths.root, 'its bytes are not those that were last written')
}

/** Undefined where there is none for the database as it is. */
function readSeal(paths: WorkspacePaths): State | undefined {
  const stats = statSync(paths.database, { throwIfNoEntry: false })
  if (!stats || !existsSync(sealFile(paths))) return undefined
  const { data } = seal.safeParse(parsed(readFileSync(sealFile(paths), 'utf8')))
  return data?.sizeBytes === stats.size && data.modifiedMs === stats.mtimeMs ? data : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
