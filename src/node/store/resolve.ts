import { NNOptError } from '../../shared/errors'
import type { Run, Version } from '../../shared/types'
import type { DatasetRecord } from '../datasets/record'
import type { Store } from './index'

interface Named {
  readonly id: string
  readonly name: string
}

/** Edit distance (Levenshtein, 1965). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++)
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1))
    row = next
  }
  return row[right.length]
}

const closeEnough = 3
const listed = 5

/** The names most like what was asked for, or the first few when none is. */
export function closeNames(asked: string, names: readonly string[]): readonly string[] {
  const ranked = names
    .map((name) => ({ name, cost: name.includes(asked) ? 0 : distance(asked.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost || a.name.length - b.name.length)
  const close = ranked.filter(({ cost }) => cost <= closeEnough)
  return (close.length > 0 ? close : ranked).slice(0, listed).map(({ name }) => name)
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

function resolve<T extends Named>(kind: string, asked: string, candidates: readonly T[]): T {
  const byId = candidates.find(({ id }) => id === asked)
  if (byId) return byId
  const byName = candidates.filter(({ name }) => name === asked)
  if (byName.length === 1) return byName[0]
  if (byName.length === 0)
    throw unknown(
      kind,
      asked,
      candidates.map(({ name }) => name),
    )
  const ids = byName.map(({ id }) => id)
  throw new NNOptError(
    'wrongCall',
    `${ids.length} ${kind}s are named '${asked}': expected one of the ids ${ids.join(', ')}`,
    { [kind]: asked, candidates: ids },
  )
}

/** A version by id or unique name; `deleted` looks in the trash. Throws `notFound` with close names, `wrongCall` with the candidates. */
export const resolveVersion = async (store: Store, asked: string, { deleted = false } = {}): Promise<Version> =>
  resolve(deleted ? 'deleted version' : 'version', asked, await store.versions.list(deleted))

export const resolveRun = async (store: Store, asked: string): Promise<Run> =>
  resolve('run', asked, await store.runs.list())

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
