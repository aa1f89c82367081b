import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { rowsOf, sizeOf } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

export interface BatchStatistics {
  readonly mean: TensorInfo
  /** Biased. */
  readonly variance: TensorInfo
}

interface Part extends BatchStatistics {
  readonly count: number
}

/** Per-channel statistics of x over all rows; each thread processes its share of the rows. */
export function batchStatistics(heap: Heap, x: TensorInfo): BatchStatistics {
  const { channels, rows, rowBytes } = rowsOf(x)
  const pieces = heap.pieces(rows, sizeOf(x.shape))
  const parts = pieces.map(({ count }): Part => ({
    count,
    mean: heap.zeros([channels]),
    variance: heap.zeros([channels]),
  }))
  heap.runTogether(
    pieces.map(({ start, count }, index) => [
      'batchNormStatistics',
      heap.address(x) + start * rowBytes,
      heap.address(parts[index]!.mean),
      heap.address(parts[index]!.variance),
      rowBytes,
      count,
    ]),
  )
  const { mean, variance } = parts.reduce((total, part) => combine(heap, total, part))
  return { mean, variance }
}

/**
 * Merges a partial result into the total and reuses the total's tensors: Chan, Golub and LeVeque (1979), as
 * simd/batchNorm.ts does for chunks.
 */
function combine(heap: Heap, total: Part, part: Part): Part {
  const [mean, variance, otherMean, otherVariance] = atLeast(
    4,
    [total.mean, total.variance, part.mean, part.variance].map(heap.view),
  )
  const count = total.count + part.count
  const share = part.count / count
  for (let channel = 0; channel < mean.length; channel++) {
    const delta = otherMean[channel]! - mean[channel]!
    mean[channel]! += delta * share
    variance[channel]! += (otherVariance[channel]! - variance[channel]!) * share + delta * delta * share * (1 - share)
  }
  heap.free(part.mean)
  heap.free(part.variance)
  return { ...total, count }
}
