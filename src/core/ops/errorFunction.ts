/** Beyond this, the error function differs from ±1 by less than 10⁻¹⁵. */
const saturation = 6

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6): no term cancels another. */
export function errorFunction(x: number): number {
  if (Math.abs(x) > saturation) return Math.sign(x)
  let [term, sum] = [x, x]
  for (let n = 1; Math.abs(term) > Number.EPSILON * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}
