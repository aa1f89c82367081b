import { readdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { toErrorReport } from '../../shared/errors'
import { abandonedRuns, closeAbandonedRuns, isAtWork } from '../jobs/abandonedRuns'
import { clearLeftLocks } from '../locks/machineLock'
import { setAside } from '../store/setAside'
import type { Check } from './check'

const lowSpaceBytes = 1e9

export const datasetFiles: Check = {
  id: 'datasets',
  ok: 'the images of all datasets are present',
  faults: async (store) => {
    const { openDataset } = await import('../datasets')
    const errors = await Promise.all(
      (await store.datasets.list()).map((record) => openDataset(record).then(() => undefined, toErrorReport)),
    )
    return errors.flatMap((error) => (error ? [{ message: error.message }] : []))
  },
}

export const datasetFolders: Check = {
  id: 'dataset folders',
  ok: 'every folder belongs to a dataset',
  faults: async (store) => {
    if (await isAtWork(store)) return []
    const rows = [...(await store.datasets.list()), ...(await store.datasets.damaged())]
    const known = new Set(rows.map(({ name }) => name))
    return readdirSync(store.paths.datasets)
      .filter((name) => !known.has(name))
      .map((name) => join(store.paths.datasets, name))
      .map((folder) => ({
        message: `'${folder}' belongs to no dataset`,
        repair: { description: 'moved to lost+found', run: () => void setAside(store.paths, folder) },
      }))
  },
}

export const activeRuns: Check = {
  id: 'runs',
  ok: 'every active run has a process',
  faults: async (store) =>
    (await abandonedRuns(store)).map((run) => ({
      message: `run '${run.name}' (${run.id}) is ${run.status}, but its process is gone`,
      repair: {
        description: 'marked as crashed; it can be resumed',
        run: async () => void (await closeAbandonedRuns(store)),
      },
    })),
}

export const runFolders: Check = {
  id: 'run folders',
  ok: 'every folder belongs to a run',
  faults: async (store) => {
    const rows = [...(await store.runs.list()), ...(await store.runs.damaged())]
    const known = new Set(rows.map(({ id }) => id))
    return readdirSync(store.paths.runs)
      .filter((name) => !known.has(name))
      .map((name) => ({
        message: `'${store.paths.run(name)}' belongs to no run`,
        repair: { description: 'moved to lost+found', run: () => void setAside(store.paths, store.paths.run(name)) },
      }))
  },
}

export const database: Check = {
  id: 'database',
  ok: 'the database is sound',
  faults: async (store) => (await store.health.problems()).map((message) => ({ message })),
}

export const diskSpace: Check = {
  id: 'disk space',
  ok: 'more than 1 GB is free',
  faults: ({ paths }) => {
    const { bavail, bsize } = statfsSync(paths.root)
    const free = bavail * bsize
    return free < lowSpaceBytes
      ? [{ severity: 'warning', message: `${(free / 1e6).toFixed(0)} MB are free in '${paths.root}'` }]
      : []
  },
}

export const locks: Check = {
  id: 'locks',
  ok: 'no locks of ended processes',
  faults: () => {
    // They hold nothing up: nobody needs to decide about them.
    clearLeftLocks()
    return []
  },
}
