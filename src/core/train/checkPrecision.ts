import { NNOptError } from '../../shared/errors'
import type { PrecisionChoice } from '../kernels/precision'

/** The backends that can compute in 16 bits. */
export const halfBackends: readonly string[] = ['tensorflow']

/** Throws `wrongCall` naming the field when a named backend has no such numbers; what 'auto' finds is known at the start of the training only. */
export function checkPrecision({
  precision,
  backend,
}: {
  readonly precision?: PrecisionChoice
  readonly backend: string
}): void {
  if (
    precision === undefined ||
    precision === 'auto' ||
    precision === 'fp32' ||
    backend === 'auto' ||
    halfBackends.includes(backend)
  )
    return
  throw new NNOptError(
    'wrongCall',
    `precision: expected fp32 or auto on backend '${backend}', got ${precision}; ${halfBackends.join(', ')} computes in ${precision} too`,
    { field: 'precision' },
  )
}
