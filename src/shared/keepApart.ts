/** Moves label positions, ordered top to bottom, so that none is closer than `gap` to the one above it. */
export function keepApart(heights: readonly number[], gap: number): readonly number[] {
  const order = heights.map((_, index) => index).sort((a, b) => heights[a]! - heights[b]!)
  const placed = [...heights]
  order.slice(1).forEach((index, above) => (placed[index] = Math.max(placed[index]!, placed[order[above]!]! + gap)))
  return placed
}
