import type { FloatShadow, StoredParameter } from '../passes/floatShadow'
import type { Graph } from '../graph/graph'
import { padTensor } from '../graph/padTensor'
import type { TensorData } from '../graph/tensorData'

/** New sizes of parameters, by name and axis. */
export type AxisSizes = ReadonlyMap<string, ReadonlyMap<number, number>>

/**
 * The initializers of a QDQ graph with the sizes that were planned on its shadow: integers grow by the one that stands for zero, scales and zero
 * points of a channel by copies of the last. Undefined where scales are shared with a parameter of another size, or zero is not one integer for all.
 */
export function padStored(
  { initializers }: Graph,
  { stored }: FloatShadow,
  sizes: AxisSizes,
): ReadonlyMap<string, TensorData> | undefined {
  const result = new Map(initializers)
  for (const [name, axes] of sizes) {
    const parameter = stored.get(name)
    if (!parameter) return undefined
    for (const [axis, size] of axes) {
      if (!padParameter(result, initializers, parameter, axis, size)) return undefined
    }
  }
  return result
}

function padParameter(
  result: Map<string, TensorData>,
  original: ReadonlyMap<string, TensorData>,
  { integers, scale, zeroPoint, axis: scaleAxis }: StoredParameter,
  axis: number,
  size: number,
): boolean {
  const zero = zeroPoint === undefined ? 0 : zeroOf(original.get(zeroPoint))
  if (zero === undefined) return false
  result.set(integers, padTensor(result.get(integers) as TensorData, axis, size, zero))
  return (
    axis !== scaleAxis ||
    [scale, ...(zeroPoint === undefined ? [] : [zeroPoint])].every((name) => padScales(result, original, name, size))
  )
}

/** Shared scales grow once: a second reader must want the same size. */
function padScales(
  result: Map<string, TensorData>,
  original: ReadonlyMap<string, TensorData>,
  name: string,
  size: number,
): boolean {
  const [now, before] = [result.get(name), original.get(name)]
  if (!now || !before) return false
  if (now !== before) return now.data.length === size
  result.set(name, padTensor(now, 0, size, now.data.at(-1)))
  return true
}

/** The integer that stands for zero in every channel. */
function zeroOf(points: TensorData | undefined): number | undefined {
  const [first] = points?.data ?? []
  return points?.data.every((point) => point === first) ? first : undefined
}
