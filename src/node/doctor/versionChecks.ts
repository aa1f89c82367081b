import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { version as versionSchema } from '../../shared/types'
import type { Version } from '../../shared/types'
import { sha256 } from '../store/commitVersion'
import { diskUse } from '../store/durable'
import type { Store } from '../store'
import { setAside } from '../store/setAside'
import { isAtWork } from '../jobs/abandonedRuns'
import type { Check, Fault } from './check'

const moveAside = ({ paths }: Store, folder: string) => ({
  description: 'moved to lost+found',
  run: () => void setAside(paths, folder),
})

const list = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Rows whose model is missing or modified. */
export const versionRows: Check = {
  id: 'versions',
  ok: 'the files of all versions are present and unchanged',
  faults: async (store) => (await store.versions.list(false)).flatMap((version) => faultOfRow(store, version)),
}

function faultOfRow(store: Store, { id, name, hash }: Version): readonly Fault[] {
  const model = store.paths.model(id)
  const inTrash = join(store.paths.trash, id)
  if (!existsSync(model) && existsSync(inTrash))
    return [
      {
        message: `version '${name}' (${id}) is in the trash, but is not marked as deleted`,
        repair: { description: 'moved back', run: () => renameSync(inTrash, store.paths.version(id)) },
      },
    ]
  if (!existsSync(model))
    return [
      {
        message: `version '${name}' (${id}): '${model}' is missing`,
        repair: { description: 'removed from the database', run: () => store.versions.remove(id) },
      },
    ]
  const found = sha256(readFileSync(model))
  return found === hash
    ? []
    : [
        {
          message: `version '${name}' (${id}): '${model}' was changed: expected SHA-256 ${hash.slice(0, 12)}…, got ${found.slice(0, 12)}…`,
        },
      ]
}

/** Folders without a row. */
export const versionFolders: Check = {
  id: 'version folders',
  ok: 'every folder belongs to a version',
  faults: async (store) => {
    // An active run may be about to write the row of a folder.
    if (await isAtWork(store)) return []
    const damaged = new Set((await store.versions.damaged()).map(({ id }) => id))
    const faults = list(store.paths.versions)
      .filter((name) => !damaged.has(name))
      .map((name) => faultOfFolder(store, name))
    return (await Promise.all(faults)).flat()
  },
}

async function faultOfFolder(store: Store, name: string): Promise<readonly Fault[]> {
  const folder = join(store.paths.versions, name)
  if (name.startsWith('.partial-'))
    return [{ message: `'${folder}' was never finished`, repair: moveAside(store, folder) }]
  const row = await store.versions.find(name)
  if (row && row.deletedAt !== null)
    return [
      {
        message: `deleted version '${row.name}' (${name}) is not in the trash`,
        repair: { description: 'moved to the trash', run: () => renameSync(folder, join(store.paths.trash, name)) },
      },
    ]
  if (row) return []
  const complete = readComplete(folder, name)
  if (!complete)
    return [{ message: `'${folder}' belongs to no version and is incomplete`, repair: moveAside(store, folder) }]
  return [
    {
      message: `version '${complete.name}' (${name}) is complete on disk, but not in the database`,
      repair: { description: 'registered', run: () => store.versions.insert(complete) },
    },
  ]
}

/** The version in a folder, if its metadata and model match. */
export function readComplete(folder: string, id: string): Version | undefined {
  try {
    const facts = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8')) as object
    const version = versionSchema.parse({ ...facts, diskBytes: diskUse(folder), deletedAt: null, tags: [], notes: '' })
    return version.id === id && sha256(readFileSync(join(folder, 'model.onnx'))) === version.hash ? version : undefined
  } catch {
    return undefined
  }
}

/** Leftovers of purged versions in the trash. */
export const trashFolders: Check = {
  id: 'trash',
  ok: 'the trash contains only deleted versions',
  faults: async (store) => {
    const { versions: table } = store
    const versions = [...(await table.list(true)), ...(await table.list(false)), ...(await table.damaged())]
    const deleted = new Set(versions.map(({ id }) => id))
    return list(store.paths.trash)
      .filter((name) => !deleted.has(name))
      .map((name) => ({
        message: `'${join(store.paths.trash, name)}' belongs to no version`,
        repair: moveAside(store, join(store.paths.trash, name)),
      }))
  },
}
