import { closeNames } from '../../shared/closeNames'
import { NNOptError } from '../../shared/errors'
import type { Run, Version } from '../../shared/types'
import type { DatasetRecord } from '../datasets/record'
import type { Store } from './index'
import { damagedRow } from './tables/rows'
import type { DamagedRow } from './tables/rows'

interface Named {
  readonly id: string
  readonly name: string
}

function unknown(kind: string, asked: string, names: readonly string[]): NNOptError {
  const hint =
    names.length === 0
      ? `this workspace has no ${kind}s yet`
      : `did you mean ${closeNames(asked, names)
          .map((name) => `'${name}'`)
          .join(', ')}?`
  return new NNOptError('notFound', `no ${kind} named '${asked}': ${hint}`, { [kind]: asked })
}

async function resolve<T extends Named>(
  kind: string,
  asked: string,
  candidates: readonly T[],
  damaged: () => Promise<readonly DamagedRow[]>,
): Promise<T> {
  const byId = candidates.find(({ id }) => id === asked)
  if (byId) return byId
  const byName = candidates.filter(({ name }) => name === asked)
  if (byName.length === 1) return byName[0]!
  if (byName.length === 0) {
    const row = (await damaged()).find(({ id, name }) => id === asked || name === asked)
    if (row) throw damagedRow(row)
    throw unknown(
      kind,
      asked,
      candidates.map(({ name }) => name),
    )
  }
  const ids = byName.map(({ id }) => id)
  throw new NNOptError(
    'wrongCall',
    `${ids.length} ${kind}s are named '${asked}': expected one of the ids ${ids.join(', ')}`,
    { [kind]: asked, candidates: ids },
  )
}

/** A version by id or unique name; `deleted` looks in the trash. Throws `notFound` with close names, `wrongCall` with the candidates, `storage` for a damaged row. */
export const resolveVersion = async (store: Store, asked: string, { deleted = false } = {}): Promise<Version> =>
  resolve(deleted ? 'deleted version' : 'version', asked, await store.versions.list(deleted), store.versions.damaged)

export const resolveRun = async (store: Store, asked: string): Promise<Run> =>
  resolve('run', asked, await store.runs.list(), store.runs.damaged)

export async function resolveDataset(store: Store, name: string): Promise<DatasetRecord> {
  const record = await store.datasets.find(name)
  if (record) return record
  const known = await store.datasets.list()
  throw unknown(
    'dataset',
    name,
    known.map((each) => each.name),
  )
}

/** `base`, or `base-2`, `base-3` … when it is taken. */
export async function freeName(store: Store, base: string): Promise<string> {
  const taken = new Set((await store.versions.list(false)).map(({ name }) => name))
  let name = base
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`
  return name
}
