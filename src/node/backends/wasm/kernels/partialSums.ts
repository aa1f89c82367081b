import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap, Piece } from '../heap'
import type { Call } from '../team/team'
import { FLOAT_BYTES, sizeOf } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/**
 * Runs a function that adds to `totals` (initially zero) on every piece of the work. Each thread adds to its own
 * tensors, which are then summed in the order of the pieces.
 */
export function sumPieces(
  heap: Heap,
  pieces: readonly Piece[],
  totals: readonly TensorInfo[],
  callOf: (piece: Piece, totals: readonly TensorInfo[]) => Call,
): void {
  const own = pieces.map((_, index) => (index === 0 ? totals : totals.map(({ shape }) => heap.zeros(shape))))
  heap.runTogether(pieces.map((piece, index) => callOf(piece, own[index]!)))
  for (const others of own.slice(1)) {
    others.forEach((other, index) => {
      addTo(heap, totals[index]!, other)
      heap.free(other)
    })
  }
}

function addTo(heap: Heap, total: TensorInfo, other: TensorInfo): void {
  const [to, from] = atLeast(2, [total, other].map(heap.address))
  heap.run('sum', to, from, to, sizeOf(total.shape) * FLOAT_BYTES)
}
