import { NNOptError } from '../../../shared/errors'
import { collect } from '../../../shared/registry'
import type { DatasetFormat } from './format'
import { probeSource } from './probe'
import type { SourceProbe } from './probe'

/** All source formats of datasets. */
export const datasetFormats = collect<DatasetFormat>('datasetFormat', import.meta.glob('./*.ts', { eager: true }))

export interface RecognisedSource {
  readonly format: DatasetFormat
  readonly probe: SourceProbe
}

/** The format of a source: the one that is named, or with 'auto' the one that fits. Throws `notFound` or `badInput` saying what the path is instead. */
export async function recognise(path: string, wanted = 'auto'): Promise<RecognisedSource> {
  const probe = await probeSource(path)
  if (wanted !== 'auto') return { format: datasetFormats.get(wanted), probe }
  const matching = datasetFormats.list().filter((format) => format.matches(probe))
  const refined = new Set(matching.flatMap((format) => format.refines ?? []))
  const format = matching.find(({ id }) => !refined.has(id))
  if (format) return { format, probe }
  const known = datasetFormats.list().map(({ id, help }) => `${id} (${help})`)
  throw new NNOptError(
    'badInput',
    `'${path}' is a ${probe.kind} that no known format reads: expected ${known.join('; ')}`,
    { path },
  )
}
