/**
 * Whole shares of `total` in proportion to `weights` (Hamilton's largest remainders; ties go to the lower index), none above its `limits`.
 * The shares sum to `total` when the limits allow it.
 */
export function apportion(total: number, weights: readonly number[], limits: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  const exact = weights.map((weight, index) => Math.min(limits[index]!, sum > 0 ? (total * weight) / sum : 0))
  const shares = exact.map(Math.floor)
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  let left = total - shares.reduce((a, b) => a + b, 0)
  while (left > 0) {
    const open = byRemainder.filter(({ index }) => shares[index]! < limits[index]!)
    if (open.length === 0) break
    for (const { index } of open.slice(0, left)) {
      shares[index]!++
      left--
    }
  }
  return shares
}
