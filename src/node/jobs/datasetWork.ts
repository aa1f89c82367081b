import { rmSync } from 'node:fs'
import { NNOptError } from '../../shared/errors'
import { addDataset, downloadCifar10 } from '../datasets'
import type { DatasetRecord } from '../datasets/record'
import { writeDatasetFacts } from '../store/facts'
import type { StepContext, StepOutput } from './step'

interface DatasetRequest {
  readonly name: string
  readonly paths: readonly string[]
  readonly format: string
  readonly formatParams: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly followLinks: boolean
}

/** Reads, checks and splits a dataset, and lists it once it is complete. */
export async function addToWorkspace(context: StepContext, { paths, ...request }: DatasetRequest): Promise<StepOutput> {
  const { signal, progress } = context
  return keep(
    context,
    await addDataset({
      ...request,
      path: paths,
      folder: await freeFolder(context, request.name),
      onProgress: progress,
      signal,
    }),
  )
}

export async function downloadToWorkspace(context: StepContext, name: string): Promise<StepOutput> {
  const { signal, progress, store } = context
  const folder = await freeFolder(context, name)
  // Outside the run's folder: the next attempt goes on with what is there.
  const archive = await downloadCifar10({ folder: store.paths.downloads, onProgress: progress, signal })
  const record = await addDataset({ name, path: archive, seed: 0, folder, onProgress: progress, signal })
  rmSync(store.paths.downloads, { recursive: true, force: true })
  return keep(context, record)
}

/** The folder of a dataset that is not listed yet; what an interrupted earlier attempt left there is removed. */
async function freeFolder({ store }: StepContext, name: string): Promise<string> {
  if (await store.datasets.find(name))
    throw new NNOptError(
      'conflict',
      `dataset '${name}' already exists: choose another name, or run 'nnopt dataset rm ${name}' first`,
    )
  const folder = store.paths.dataset(name)
  rmSync(folder, { recursive: true, force: true })
  return folder
}

async function keep({ store, warn }: StepContext, record: DatasetRecord): Promise<StepOutput> {
  for (const warning of record.facts.warnings) warn(warning)
  writeDatasetFacts(store.paths, record)
  await store.datasets.put(record)
  return { output: { dataset: record.name, skipped: record.facts.skipped } }
}
