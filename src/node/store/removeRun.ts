import { rmSync } from 'node:fs'
import { NNOptError } from '../../shared/errors'
import type { Run } from '../../shared/types'
import type { Store } from './index'
import { guardStorageAsync } from './storageError'

/** Deletes an ended run with all that only it needs: log, metrics, checkpoints. Throws `conflict` while it waits or works. */
export function removeRun({ runs, paths }: Store, run: Run): Promise<Run> {
  return guardStorageAsync(paths.root, async () => {
    // The row first: after a crash in between, doctor finds a folder that belongs to no run.
    if (!(await runs.remove(run.id)))
      throw new NNOptError('conflict', `run '${run.id}' is ${run.status}: stop it first, then remove it`)
    rmSync(paths.run(run.id), { recursive: true, force: true })
    return run
  })
}
