/** How many times the middle of the others a bar may be before they cannot be seen beside it. */
const mostTimes = 40

/** Whether one bar of a histogram would press the others flat, as the zeros of a pruned weight do: then a logarithmic height shows more. */
export function isLopsided(counts: readonly number[]): boolean {
  const filled = counts.filter((count) => count > 0).sort((a, b) => a - b)
  return filled.length > 2 && filled[filled.length - 1]! > mostTimes * filled[Math.floor(filled.length / 2)]!
}
