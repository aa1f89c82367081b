import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { FLOAT_BYTES, LINE_FLOATS, boundsOf, rowsOf, sizeOf } from './kernel'
import type { WasmKernel } from './kernel'
import { sumPieces } from './partialSums'

type Bounded = 'relu' | 'relu6'

export const activation =
  (kind: Bounded): WasmKernel =>
  ({ inputs: { x }, heap }) =>
    elementwise(heap, 'relu', [x], boundsOf(kind)[1])

/** Gradient computed from the output y. */
export const activationGradient =
  (kind: Bounded): WasmKernel =>
  ({ inputs: { dy, y }, heap }) =>
    elementwise(heap, 'reluGradient', [dy, y], boundsOf(kind)[1])

/** Runs a function that takes addresses, a byte count and settings on all elements of equally shaped tensors. */
function elementwise(
  heap: Heap,
  name: string,
  operands: readonly TensorInfo[],
  ...settings: readonly number[]
): TensorInfo {
  const size = sizeOf(operands[0]!.shape)
  const out = heap.allocate(operands[0]!.shape)
  const addresses = [...operands, out].map(heap.address)
  heap.runTogether(
    heap
      .pieces(size, size, LINE_FLOATS)
      .map(({ start, count }) => [
        name,
        ...addresses.map((address) => address + start * FLOAT_BYTES),
        count * FLOAT_BYTES,
        ...settings,
      ]),
  )
  return out
}

/** Bias gradient: the sum over all axes but the last. */
export const biasGradient: WasmKernel = ({ inputs: { dy }, heap }) => {
  const { channels, rows, rowBytes } = rowsOf(dy)
  const sums = heap.zeros([channels])
  sumPieces(heap, heap.pieces(rows, sizeOf(dy.shape)), [sums], ({ start, count }, own) => [
    'columnSums',
    heap.address(dy) + start * rowBytes,
    ...own.map(heap.address),
    rowBytes,
    count,
  ])
  return sums
}
