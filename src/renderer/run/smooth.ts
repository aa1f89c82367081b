/**
 * Exponential moving average with bias correction (Kingma and Ba, 2015, section 3). A point that aggregates many rows
 * has their combined weight, so the curve does not depend on how the series was thinned. `weight` is in [0, 1); 0 turns
 * smoothing off. NaN stays NaN and is skipped.
 */
export function smooth(values: ArrayLike<number>, counts: ArrayLike<number>, weight: number): Float32Array {
  const result = new Float32Array(values.length)
  let [average, mass] = [0, 0]
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    if (Number.isNaN(value)) {
      result[index] = NaN
      continue
    }
    const kept = weight ** counts[index]!
    average = average * kept + value * (1 - kept)
    mass = mass * kept + (1 - kept)
    result[index] = average / mass
  }
  return result
}
