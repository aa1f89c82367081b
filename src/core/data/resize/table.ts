/** Bits after the point of the fixed-point weights: 32 − 8 (pixel) − 2 (sign and overlap), as in Pillow's Resample.c. */
export const precisionBits = 22

/** Half the width, in source pixels, of the triangle that linear interpolation weighs with. */
const triangleRadius = 1

/** Weights of the source pixels behind each pixel of one axis: `count[i]` of them from `start[i]`, at `weights[i × taps …]`. */
export interface ResampleTable {
  readonly taps: number
  readonly start: Int32Array
  readonly count: Int32Array
  /** Fixed point, `precisionBits` after the point. */
  readonly weights: Int32Array
}

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x))

/**
 * The antialiased linear filter from source pixels [from, to) of an axis of `inputSize` onto `outputSize` pixels, with Pillow's rounding
 * (libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc; `Image.resize(…, BILINEAR)`).
 */
function resampleTable(inputSize: number, from: number, to: number, outputSize: number): ResampleTable {
  const scale = (to - from) / outputSize
  const filterScale = Math.max(scale, 1)
  const support = triangleRadius * filterScale
  const taps = Math.ceil(support) * 2 + 1
  const table = {
    taps,
    start: new Int32Array(outputSize),
    count: new Int32Array(outputSize),
    weights: new Int32Array(outputSize * taps),
  }
  for (let index = 0; index < outputSize; index++) {
    const center = from + (index + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - support + 0.5))
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start
    const weights = fixedWeights(count, start - center + 0.5, 1 / filterScale)
    const { first, last } = nonzeroRange(weights)
    table.start[index] = start + first
    table.count[index] = last - first
    table.weights.set(weights.subarray(first, last), index * taps)
  }
  return table
}

function fixedWeights(count: number, firstDistance: number, inverseScale: number): Int32Array {
  const exact = Float64Array.from({ length: count }, (_, tap) => triangle((tap + firstDistance) * inverseScale))
  const total = exact.reduce((sum, weight) => sum + weight, 0)
  return Int32Array.from(exact, (weight) => Math.trunc(0.5 + (weight / total) * 2 ** precisionBits))
}

/** Weights of zero at the ends change nothing and cost time: enlarging then reads two pixels, not three. */
function nonzeroRange(weights: Int32Array): { readonly first: number; readonly last: number } {
  const first = weights.findIndex((weight) => weight !== 0)
  return { first, last: weights.findLastIndex((weight) => weight !== 0) + 1 }
}

const keptTables = 256
const tables = new Map<string, ResampleTable>()

/** `resampleTable`, remembered: a dataset has few image sizes and each is resampled thousands of times. */
export function cachedTable(inputSize: number, from: number, to: number, outputSize: number): ResampleTable {
  const key = `${inputSize} ${from} ${to} ${outputSize}`
  const known = tables.get(key)
  if (known) return known
  const table = resampleTable(inputSize, from, to, outputSize)
  if (tables.size >= keptTables) tables.delete(tables.keys().next().value ?? '')
  tables.set(key, table)
  return table
}
