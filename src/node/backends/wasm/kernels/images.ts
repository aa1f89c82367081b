import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap, Piece } from '../heap'
import type { Call } from '../team/team'
import { geometryOf } from './geometry'
import { FLOAT_BYTES, sizeOf } from './kernel'
import type { KernelCall } from './kernel'
import { sumPieces } from './partialSums'
import { atLeast } from '../../../../shared/atLeast'

/** The tensors of a convolution; the function determines which of them are read and which one is written. */
export interface ConvolutionTensors {
  readonly x: TensorInfo
  readonly filter: TensorInfo
  readonly y: TensorInfo
}

/** The call of a convolution function for some images of the batch. */
function callsOf(
  name: string,
  { x, filter, y }: ConvolutionTensors,
  call: KernelCall,
): (piece: Piece, filter: TensorInfo) => Call {
  const { heap } = call
  const {
    sizes: [, ...sizes],
    variant,
  } = geometryOf(x.shape, filter.shape, y.shape, call)
  const [xBytes, yBytes] = atLeast(
    2,
    [x, y].map(({ shape }) => sizeOf(shape.slice(1)) * FLOAT_BYTES),
  )
  return ({ start, count }, own) => [
    `${name}${variant}`,
    heap.address(x) + start * xBytes,
    heap.address(own),
    heap.address(y) + start * yBytes,
    count,
    ...sizes,
  ]
}

const piecesOf = ({ x, filter, y }: ConvolutionTensors, heap: Heap): readonly Piece[] =>
  heap.pieces(x.shape[0]!, Math.max(sizeOf(x.shape), sizeOf(y.shape)) * filter.shape[0]!)

/** Runs a function that writes per image (x or y), with a share of the batch on each thread. */
export function writeImages(name: string, tensors: ConvolutionTensors, call: KernelCall): void {
  const callOf = callsOf(name, tensors, call)
  call.heap.runTogether(piecesOf(tensors, call.heap).map((piece) => callOf(piece, tensors.filter)))
}

/** Runs a function that sums over the batch into the filter gradient. */
export function sumOverImages(name: string, tensors: ConvolutionTensors, call: KernelCall): void {
  const callOf = callsOf(name, tensors, call)
  sumPieces(call.heap, piecesOf(tensors, call.heap), [tensors.filter], (piece, own) =>
    callOf(piece, atLeast(1, own)[0]),
  )
}
