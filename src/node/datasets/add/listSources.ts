import { basename, resolve } from 'node:path'
import type { Progress } from '../../../shared/types/progress'
import { recognise } from '../formats/index'
import type { BlobWriter } from './blobWriter'
import { assertNoLinksOut } from './linksOut'
import type { ListedSource } from './placeImages'

export interface ListOptions {
  readonly format?: string | undefined
  readonly formatParams?: Readonly<Record<string, unknown>> | undefined
  readonly blob: BlobWriter
  readonly followLinks: boolean
  readonly signal?: AbortSignal | undefined
  onProgress(progress: Progress): void
}

export interface ListedSources {
  readonly sources: readonly ListedSource[]
  /** Ids of the formats, without duplicates. */
  readonly formats: readonly string[]
}

/** Reads every source and copies images from archives into the blob. */
export async function listSources(
  paths: readonly string[],
  { format: wanted, formatParams, blob, followLinks, signal, onProgress }: ListOptions,
): Promise<ListedSources> {
  const sources: ListedSource[] = []
  const formats = new Set<string>()
  const recognised = await Promise.all(paths.map((path) => recognise(resolve(path), wanted)))
  if (!followLinks) for (const { probe } of recognised) await assertNoLinksOut(probe)
  for (const { format, probe } of recognised) {
    const report = (done: number, total: number): void =>
      onProgress({ label: `reading ${basename(probe.path)}`, done, total, unit: format.progressUnit })
    sources.push({
      path: probe.path,
      listing: await format.read(probe, { blob, signal, onProgress: report }, formatParams),
    })
    formats.add(format.id)
  }
  return { sources, formats: [...formats] }
}
