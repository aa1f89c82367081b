import type { Precision, PrecisionChoice } from '../../../core/kernels/precision'
import { NNOptError } from '../../../shared/errors'
import type { RunningBackend } from '../../backends'

export interface ChosenPrecision {
  readonly precision: Precision
  /** Why, in words. */
  readonly reason: string
}

/** What a training computes in on the backend that runs. `fp32Because` says why the work leaves no choice. Throws `wrongCall` where a choice is not to be had. */
export function choosePrecision(
  wish: PrecisionChoice,
  { name, device, mixedPrecision }: Pick<RunningBackend, 'name' | 'device' | 'mixedPrecision'>,
  fp32Because?: string,
): ChosenPrecision {
  if (fp32Because !== undefined) return { precision: 'fp32', reason: fp32Because }
  if (wish === 'auto')
    return {
      precision: mixedPrecision?.auto ?? 'fp32',
      reason: mixedPrecision?.reason ?? `backend '${name}' computes in fp32 only`,
    }
  if (wish === 'fp32' || mixedPrecision?.types.includes(wish)) return { precision: wish, reason: 'as chosen' }
  throw new NNOptError(
    'wrongCall',
    `precision: expected fp32 or auto on backend '${name}' (${device}), which computes in fp32 only, got ${wish}`,
    { field: 'precision' },
  )
}
