import { NNOptError } from '../../shared/errors'

export type Scheme = 'symmetric' | 'affine'

/** The integers that stand for a tensor's values. */
export interface Grid {
  readonly dtype: 'int8' | 'uint8'
  readonly scheme: Scheme
  readonly qmin: number
  readonly qmax: number
}

/** Full range of each kind. Symmetric int8 leaves −128 out, so that a value and its negative are equally exact. */
const fullRange = {
  int8: { symmetric: [-127, 127], affine: [-128, 127] },
  uint8: { symmetric: [1, 255], affine: [0, 255] },
} as const

/** About 7 bits. 2 · 255 · 64 fits in 16 bits: with such weights no CPU's u8×s8 dot product saturates. */
const reducedRange = {
  int8: { symmetric: [-64, 64], affine: [-64, 63] },
  uint8: { symmetric: [64, 192], affine: [0, 127] },
} as const

export interface GridChoice {
  readonly dtype: Grid['dtype']
  readonly scheme: Scheme
  readonly reducedRange?: boolean
}

/** The grid of a dtype and scheme. Throws on an unknown one. */
export function gridOf({ dtype, scheme, reducedRange: reduced = false }: GridChoice): Grid {
  const table = reduced ? reducedRange : fullRange
  const bounds = table[dtype]?.[scheme]
  if (!bounds)
    throw new NNOptError(
      'wrongCall',
      `unknown grid '${dtype}' '${scheme}': expected int8 or uint8, symmetric or affine`,
    )
  return { dtype, scheme, qmin: bounds[0], qmax: bounds[1] }
}

/** The integer of real zero in a symmetric grid: 0, or the middle of an unsigned one. */
export const symmetricZero = ({ qmin, qmax }: Grid): number => (qmin + qmax) / 2

export const uint8Affine = gridOf({ dtype: 'uint8', scheme: 'affine' })
export const int8Symmetric = gridOf({ dtype: 'int8', scheme: 'symmetric' })
export const int8SaturationFree = gridOf({ dtype: 'int8', scheme: 'symmetric', reducedRange: true })
