import { NNOptError } from '../../../shared/errors'
import { collect } from '../../../shared/registry'
import type { DatasetFormat } from './format'
import { probeSource } from './probe'
import type { SourceProbe } from './probe'

/** Every form in which a dataset can be added. */
export const datasetFormats = collect<DatasetFormat>('datasetFormat', import.meta.glob('./*.ts', { eager: true }))

export interface RecognisedSource {
  readonly format: DatasetFormat
  readonly probe: SourceProbe
}

/** The format of a source. Throws `notFound` or `badInput` saying what the path is instead. */
export async function recognise(path: string): Promise<RecognisedSource> {
  const probe = await probeSource(path)
  const matching = datasetFormats.list().filter((format) => format.matches(probe))
  const refined = new Set(matching.flatMap((format) => format.refines ?? []))
  const format = matching.find(({ id }) => !refined.has(id))
  if (!format)
    throw new NNOptError(
      'badInput',
      `'${path}' is a ${probe.kind}, which is not supported: expected  ${datasetFormats.ids.join(', ')}`,
      { path },
    )
  return { format, probe }
}
