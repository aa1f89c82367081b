/**
 * Exponential moving average without the pull towards its start (Kingma and Ba, 2015, section 3). A point that stands for many rows weighs as many:
 * the curve is the same however the series was thinned. `weight` is 0 (nothing) up to, but not, 1; NaN stays NaN and is passed over.
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
