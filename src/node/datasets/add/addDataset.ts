import { readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { syncPath } from '../../store/durable'
import { makeFolder } from '../../store/makeFolder'
import { storageError } from '../../store/storageError'
import type { DatasetRecord } from '../record'
import { buildDataset } from './buildDataset'
import type { AddDatasetOptions } from './options'

/**
 * Reads and checks every image, makes the splits and writes the dataset's folder, which appears in one move at the end:
 * until then, or after an error, there is nothing. Throws `notFound` or `badInput` with path and position, `conflict`
 * if the folder exists, `storage` for disk errors, and `cancelled` on abort.
 */
export async function addDataset(options: AddDatasetOptions): Promise<DatasetRecord> {
  const { folder, name } = options
  await assertFree(folder, name)
  const draft = `${folder}.adding`
  await rm(draft, { recursive: true, force: true })
  try {
    makeFolder(draft)
    const record = await buildDataset(options, draft)
    syncPath(draft)
    await rename(draft, folder)
    syncPath(dirname(folder))
    return record
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw storageError(error, dirname(dirname(folder)))
  }
}

async function assertFree(folder: string, name: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  if (names.length > 0)
    throw new NNOptError(
      'conflict',
      `dataset '${name}' already exists ('${folder}'): choose another name, or remove it first`,
      { name },
    )
}
