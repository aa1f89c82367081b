import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readDatasetFacts, readRunFacts } from '../store/facts'
import type { Store } from '../store'
import type { DamagedRow } from '../store/tables/rows'
import type { Check, Fault } from './check'
import { readComplete } from './versionChecks'

/** Rows of versions, datasets and runs that cannot be read: their folders repeat what they say. */
export const rows: Check = {
  id: 'rows',
  ok: 'every row of the database can be read',
  faults: async (store) => {
    const { versions, datasets, runs } = store
    const damaged = [...(await versions.damaged()), ...(await datasets.damaged()), ...(await runs.damaged())]
    return damaged.map((row) => faultOf(store, row))
  },
}

export const measurementRows: Check = {
  id: 'measurements',
  ok: 'every measurement can be read',
  faults: async ({ measurements }) => {
    const count = await measurements.damaged()
    return count === 0
      ? []
      : [{ message: `${count} measurements cannot be read and are not shown: evaluate or benchmark again` }]
  },
}

function faultOf(store: Store, row: DamagedRow): Fault {
  const { kind, id, name } = row
  const message = `${kind} '${name}' (${id}): its row in the database is damaged, so it is not shown`
  const mend = mending(store, row)
  return mend
    ? { message, repair: { description: 'written again from its folder', run: mend } }
    : { message: `${message}; its folder cannot say what it was: 'nnopt doctor --restore-backup' may restore it` }
}

function mending({ paths, versions, datasets, runs }: Store, { kind, id }: DamagedRow) {
  if (kind === 'version') {
    const inTrash = join(paths.trash, id)
    const version = readComplete(existsSync(inTrash) ? inTrash : paths.version(id), id)
    return version && (() => versions.mend(version))
  }
  if (kind === 'dataset') {
    const record = readDatasetFacts(paths, id)
    return record && (() => datasets.put(record))
  }
  const run = readRunFacts(paths, id)
  return run && (() => runs.mend(run))
}
