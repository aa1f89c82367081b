import type { QParams } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import { channelQParams, tensorQParams } from '../fakeQuant/qparams'
import type { Range } from '../fakeQuant/range'
import { slicesOf } from '../fakeQuant/slices'
import { exactStatistics } from './observers/distribution'
import type { TensorQConfig } from './qConfig'

const float32 = ({ data }: TensorData): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data))

/** Parameters of a weight, one set a slice along `axis`, or one for the whole tensor without an axis. */
export function weightQParams(
  name: string,
  tensor: TensorData,
  axis: number | undefined,
  { observer, grid }: TensorQConfig,
): QParams {
  const range = (values: Float32Array): Range => observer.range(exactStatistics(name, values), grid)
  if (axis === undefined) return tensorQParams(range(float32(tensor)), grid)
  const slices = slicesOf(float32(tensor), tensor.shape, axis)
  return withLivelyScales(channelQParams(slices.map(range), grid, axis), slices)
}

/** A channel of zeros has no scale of its own: the median of the others keeps its bias as fine as theirs; 1 where all are zero. */
function withLivelyScales(qparams: QParams, slices: readonly Float32Array[]): QParams {
  const dead = slices.map((slice) => slice.every((value) => value === 0))
  const alive = qparams.scale.filter((_, channel) => !dead[channel]).sort()
  const substitute = alive[Math.floor(alive.length / 2)] ?? 1
  return { ...qparams, scale: qparams.scale.map((scale, channel) => (dead[channel] ? substitute : scale)) }
}
