import { openDataset } from '../datasets/read/openDataset'
import type { Dataset } from '../datasets/read/openDataset'
import type { Store } from '../store'
import { resolveDataset } from '../store/resolve'

/** Tables of 50,000 rows take a moment to read, so the most recent ones are kept. */
const opened = new Map<string, Promise<Dataset>>()
const kept = 3

/** A dataset by name, read again only when it changes. */
export async function openedDataset(store: Store, name: string): Promise<Dataset> {
  const record = await resolveDataset(store, name)
  const key = `${name} ${record.createdAt} ${record.hash}`
  const known = opened.get(key) ?? openDataset(record)
  opened.delete(key)
  opened.set(key, known)
  known.catch(() => opened.delete(key))
  for (const old of [...opened.keys()].slice(0, -kept)) opened.delete(old)
  return known
}
