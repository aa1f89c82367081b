import { boxHeight, boxWidth } from './graphLayout'
import type { Place } from './usePanZoom'

/** How far an edge that skips boxes in its column bends to the side. */
const bow = 28

/** Vertical distance between levels. */
const nextLevel = boxHeight * 1.8

/** The path from the bottom of one box to the top of another; bends around boxes in between. */
export function edgePath(source: Place, target: Place): string {
  const straight = Math.abs(source.x - target.x) < 1
  if (straight && target.y - source.y > nextLevel) {
    const [x, from, to] = [source.x + boxWidth, source.y + boxHeight / 2, target.y + boxHeight / 2]
    return `M${x} ${from}C${x + bow} ${from} ${x + bow} ${from} ${x + bow} ${from + bow}V${to - bow}C${x + bow} ${to} ${x + bow} ${to} ${x + 5} ${to}`
  }
  const [fromX, fromY, toX, toY] = [
    source.x + boxWidth / 2,
    source.y + boxHeight,
    target.x + boxWidth / 2,
    target.y - 4,
  ]
  const middle = (fromY + toY) / 2
  return straight ? `M${fromX} ${fromY}V${toY}` : `M${fromX} ${fromY}C${fromX} ${middle} ${toX} ${middle} ${toX} ${toY}`
}
