import { readFileSync } from 'node:fs'
import type { PaddingCheck, Version } from '../../../../shared/types'
import type { Store } from '../../../store'
import { writeArtifact } from '../../../store/writeArtifact'
import { checkedPadding } from '../measure/checkPadding'

export interface ExportRequest {
  readonly version: Version
  /** File to write. */
  readonly out: string
  /** Whether an existing file is replaced. */
  readonly overwrite: boolean
  /** Pads odd channel counts with zeros where the padded file gives the same scores. */
  readonly padChannels: boolean
}

export interface ExportedFile {
  readonly path: string
  readonly sizeBytes: number
  /** Null if padding was not asked for, or if there is nothing to pad. */
  readonly padding: PaddingCheck | null
  readonly warnings: readonly string[]
}

/** Writes a version's file outside the workspace: as it is, or padded with zero channels if that file was seen to give the same scores. */
export async function exportVersion(
  store: Pick<Store, 'versions' | 'measurements' | 'datasets' | 'paths'>,
  { version, out, overwrite, padChannels }: ExportRequest,
): Promise<ExportedFile> {
  const { bytes, check, warnings } = padChannels
    ? await checkedPadding(store, version)
    : { bytes: undefined, check: null, warnings: [] }
  const written = bytes ?? readFileSync(store.paths.model(version.id))
  return { path: writeArtifact(out, written, overwrite), sizeBytes: written.length, padding: check, warnings }
}
