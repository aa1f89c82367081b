import type { HalfType } from '../../src/core/kernels/precision'

/** Half the distance between 1 and its neighbour. */
export const roundingOf: Readonly<Record<HalfType, number>> = { bfloat16: 2 ** -8, float16: 2 ** -11 }
