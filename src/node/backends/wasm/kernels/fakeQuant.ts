import type { Piece } from '../heap'
import type { Call } from '../team/team'
import { FLOAT_BYTES, LINE_FLOATS, sizeOf } from './kernel'
import type { KernelCall, WasmKernel } from './kernel'
import { atLeast } from '../../../../shared/atLeast'

/** Quantizes and dequantizes with one scale, or one per channel. */
export const fakeQuant: WasmKernel = (call) => run('fakeQuant', 'sharedFakeQuant', call)

/** dy where the integer of x is within qmin..qmax, else 0. */
export const fakeQuantGradient: WasmKernel = (call) => run('fakeQuantGradient', 'sharedFakeQuantGradient', call)

/** An element's channel is its index modulo the number of scales. */
function run(
  perChannel: string,
  shared: string,
  { inputs: { x, dy, scale, zeroPoint }, attributes: { qmin, qmax }, heap }: KernelCall,
): ReturnType<WasmKernel> {
  const channels = sizeOf(scale.shape)
  const out = heap.allocate(x.shape)
  const [from, gradient, scales, zeroPoints, to] = atLeast(5, [x, dy ?? x, scale, zeroPoint, out].map(heap.address))
  const grid = [Number(qmin), Number(qmax)]
  const size = sizeOf(x.shape)
  if (channels === 1) {
    const call = ({ start, count }: Piece): Call => [
      shared,
      from + start * FLOAT_BYTES,
      gradient + start * FLOAT_BYTES,
      scales,
      zeroPoints,
      to + start * FLOAT_BYTES,
      count * FLOAT_BYTES,
      1,
      ...grid,
    ]
    heap.runTogether(heap.pieces(size, size, LINE_FLOATS).map(call))
    return out
  }
  const rowBytes = channels * FLOAT_BYTES
  const call = ({ start, count }: Piece): Call => [
    perChannel,
    from + start * rowBytes,
    gradient + start * rowBytes,
    scales,
    zeroPoints,
    to + start * rowBytes,
    rowBytes,
    count,
    ...grid,
  ]
  heap.runTogether(heap.pieces(size / channels, size).map(call))
  return out
}
