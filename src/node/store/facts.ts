import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { datasetDetails, run as runSchema } from '../../shared/types'
import type { Run } from '../../shared/types'
import type { DatasetRecord } from '../datasets/record'
import { replaceFile } from './durable'
import type { Store } from './index'
import type { WorkspacePaths } from './workspace'

/** What the database says of a dataset or a run, kept in its folder too: the database can be rebuilt from the folders. */
const [datasetFile, runFile] = ['dataset.json', 'run.json']

export interface RepeatedFacts {
  readonly path: string
  readonly text: string
}

const textOf = (facts: object): string => `${JSON.stringify(facts, null, 2)}\n`

export const datasetFacts = (paths: WorkspacePaths, { folder: _folder, ...facts }: DatasetRecord): RepeatedFacts => ({
  path: join(paths.dataset(facts.name), datasetFile),
  text: textOf(facts),
})

export const runFacts = (paths: WorkspacePaths, run: Run): RepeatedFacts => ({
  path: join(paths.run(run.id), runFile),
  text: textOf(run),
})

const write = ({ path, text }: RepeatedFacts): void => replaceFile(path, new TextEncoder().encode(text))

export const writeDatasetFacts = (paths: WorkspacePaths, record: DatasetRecord): void =>
  write(datasetFacts(paths, record))

export const writeRunFacts = (paths: WorkspacePaths, run: Run): void => write(runFacts(paths, run))

function read<T>(file: string, parse: (json: unknown) => T): T | undefined {
  try {
    return parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Missing or damaged: whoever rebuilds sets the folder aside.
    return undefined
  }
}

export function readDatasetFacts(paths: WorkspacePaths, name: string): DatasetRecord | undefined {
  const folder = paths.dataset(name)
  const facts = read(join(folder, datasetFile), (json) => datasetDetails.parse(json))
  return facts?.name === name ? { ...facts, folder } : undefined
}

export function readRunFacts(paths: WorkspacePaths, id: string): Run | undefined {
  const facts = read(join(paths.run(id), runFile), (json) => runSchema.parse(json))
  return facts?.id === id ? facts : undefined
}

/** A damaged file is left as it is, for doctor to show. */
function isOutdated(paths: WorkspacePaths, run: Run): boolean {
  if (!existsSync(join(paths.run(run.id), runFile))) return true
  const known = readRunFacts(paths, run.id)
  return known !== undefined && known.status !== run.status
}

/** Writes the facts that older programs did not, and those of runs that ended while nobody looked. */
export async function completeFacts({ paths, datasets, runs }: Store): Promise<void> {
  for (const record of await datasets.list())
    if (existsSync(record.folder) && !existsSync(join(record.folder, datasetFile))) writeDatasetFacts(paths, record)
  for (const run of await runs.list()) {
    if (existsSync(paths.run(run.id)) && isOutdated(paths, run)) writeRunFacts(paths, run)
  }
}
