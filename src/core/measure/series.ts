/** Some consecutive points of a series as one: extent on both axes, and for each value its range and sum. */
export interface SeriesBlock {
  readonly count: number
  /** Positions (step, epoch or second) of the first and the last point. */
  readonly x0: number
  readonly x1: number
  /** Milliseconds since 1970 of the first and the last point. */
  readonly t0: number
  readonly t1: number
  readonly values: Readonly<Record<string, BlockValue>>
}

/** Least, greatest, sum and count of the finite values. */
export type BlockValue = readonly [min: number, max: number, sum: number, count: number]

export type SeriesAxis = 'position' | 'time'

export interface SeriesWindow {
  readonly axis: SeriesAxis
  /** The whole series when left out. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** About as many points as the picture has columns of pixels. */
  readonly columns: number
}

export const pointBlock = (x: number, t: number, values: Readonly<Record<string, number>>): SeriesBlock => ({
  count: 1,
  x0: x,
  x1: x,
  t0: t,
  t1: t,
  values: Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      Number.isFinite(value) ? [[key, [value, value, value, 1] as const]] : [],
    ),
  ),
})

/** One block that stands for all of them; they must be in order and at least one. */
export function mergeBlocks(blocks: readonly SeriesBlock[]): SeriesBlock {
  const values: Record<string, [number, number, number, number]> = {}
  let count = 0
  for (const block of blocks) {
    count += block.count
    for (const key in block.values) {
      const [min, max, sum, parts] = block.values[key]!
      const known = values[key]
      if (known === undefined) values[key] = [min, max, sum, parts]
      else {
        if (min < known[0]) known[0] = min
        if (max > known[1]) known[1] = max
        known[2] += sum
        known[3] += parts
      }
    }
  }
  const [first, last] = [blocks[0]!, blocks[blocks.length - 1]!]
  return { count, x0: first.x0, x1: last.x1, t0: first.t0, t1: last.t1, values }
}

const startOf = ({ x0, t0 }: SeriesBlock, axis: SeriesAxis): number => (axis === 'position' ? x0 : t0)
const endOf = ({ x1, t1 }: SeriesBlock, axis: SeriesAxis): number => (axis === 'position' ? x1 : t1)

/** Indices [first, end) of the blocks that a window shows, with one neighbour on either side so that lines reach its edges. */
export function blocksInWindow(
  blocks: readonly SeriesBlock[],
  { axis, from = -Infinity, to = Infinity }: Omit<SeriesWindow, 'columns'>,
): readonly [number, number] {
  let first = 0
  while (first < blocks.length && endOf(blocks[first]!, axis) < from) first++
  let end = blocks.length
  while (end > first && startOf(blocks[end - 1]!, axis) > to) end--
  return [Math.max(0, first - 1), Math.min(blocks.length, end + 1)]
}

/**
 * At most about `columns` blocks of a window: the least and the greatest value of every column survive, so that no peak is lost.
 * The blocks must ascend in order of their writing.
 */
export function decimate(blocks: readonly SeriesBlock[], window: SeriesWindow): readonly SeriesBlock[] {
  const [first, end] = blocksInWindow(blocks, window)
  const shown = blocks.slice(first, end)
  if (shown.length <= window.columns) return shown
  const from = Math.max(window.from ?? -Infinity, startOf(shown[0]!, window.axis))
  const to = Math.min(window.to ?? Infinity, endOf(shown[shown.length - 1]!, window.axis))
  const perUnit = window.columns / (to - from || 1)
  const columns: SeriesBlock[][] = []
  let column = NaN
  for (const block of shown) {
    const at = Math.floor(((startOf(block, window.axis) + endOf(block, window.axis)) / 2 - from) * perUnit)
    if (at !== column) columns.push([])
    column = at
    columns[columns.length - 1]!.push(block)
  }
  return columns.map(mergeBlocks)
}
