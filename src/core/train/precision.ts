import { NNOptError } from '../../shared/errors'

/** Number formats of 16 bits: bfloat16 has the range of fp32 and 8 significant bits, float16 (IEEE 754 binary16) 11 of them and numbers up to 65,504. */
export const halfTypes = ['bfloat16', 'float16'] as const

export type HalfType = (typeof halfTypes)[number]

/** What convolutions and products of matrices compute in; weights, batch statistics, loss and optimizer are fp32 in all of them. */
export type Precision = 'fp32' | HalfType

/** A wish for a precision; 'auto' leaves it to the device. */
export type PrecisionChoice = Precision | 'auto'

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
