import { NNOptError } from '../../../shared/errors'
import { exportVersion } from '../../jobs/work/versions/exportVersion'
import { resolveVersion } from '../../store/resolve'
import { assertUnchanged } from '../../store/verify'
import type { Inspection } from '../inspection'

/** Writes a version to a file; a padded one is run beside the original first. */
export const exported: Inspection<'versions.export'> = async ({ store }, { version, format, ...request }) => {
  if (format !== 'onnx') throw new NNOptError('wrongCall', `unknown format '${format}': expected one of onnx`)
  const found = await resolveVersion(store, version)
  await assertUnchanged(store, found)
  return exportVersion(store, { version: found, ...request })
}
