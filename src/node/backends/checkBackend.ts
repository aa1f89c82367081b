import type { PrecisionChoice } from '../../core/kernels/precision'
import { isKnown } from '../../shared/choice'
import { NNOptError } from '../../shared/errors'
import { collectIssue } from '../../shared/parse'
import type { Issues } from '../../shared/parse'
import { backends } from './index'

interface Choice {
  readonly precision?: PrecisionChoice
  readonly backend: string
}

/**
 * Throws `wrongCall` for the field if the named backend lacks the format; for 'auto', this is only known when training
 * starts.
 */
export function checkPrecision({ precision = 'auto', backend }: Choice): void {
  if (precision === 'auto' || precision === 'fp32' || backend === 'auto') return
  if (backends.get(backend).halfTypes.includes(precision)) return
  const able = backends.list().filter(({ halfTypes }) => halfTypes.includes(precision))
  throw new NNOptError(
    'wrongCall',
    `precision: expected fp32 or auto on backend '${backend}', got ${precision}; ${able.map(({ id }) => id).join(', ')} computes in ${precision} too`,
    { field: 'precision' },
  )
}

/** Checks that a backend of that name exists and has the format that is asked of it; whether it can run here, its `available()` says. */
export function checkBackend(issues: Issues, choice: Choice): void {
  const { backend } = choice
  if (backend === 'auto' || isKnown(issues, backends, backend, ['backend']))
    collectIssue(issues, () => checkPrecision(choice))
}
