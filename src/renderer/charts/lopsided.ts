/** A bar this many times taller than the median of the others hides them. */
const mostTimes = 40

/**
 * Whether one bar of a histogram would flatten the others, as the zeros of a pruned weight do; a logarithmic scale then
 * shows more.
 */
export function isLopsided(counts: readonly number[]): boolean {
  const filled = counts.filter((count) => count > 0).sort((a, b) => a - b)
  return filled.length > 2 && filled[filled.length - 1]! > mostTimes * filled[Math.floor(filled.length / 2)]!
}
