import { rowsOf, sizeOf } from './kernel'
import type { KernelCall, WasmKernel } from './kernel'

/** Quantize and dequantize, for one scale or one a channel. */
export const fakeQuant: WasmKernel = (call) => run('fakeQuant', 'sharedFakeQuant', call)

/** dy where the integer of x lies inside qmin..qmax. */
export const fakeQuantGradient: WasmKernel = (call) => run('fakeQuantGradient', 'sharedFakeQuantGradient', call)

/** The channel of an element is its index modulo the number of scales. */
function run(perChannel: string, shared: string, { inputs: { x, dy, scale, zeroPoint }, attributes: { qmin, qmax }, heap }: KernelCall): ReturnType<WasmKernel> {
  const channels = sizeOf(scale.shape)
  const { rows, rowBytes } = rowsOf({ ...x, shape: channels === 1 ? [1, sizeOf(x.shape)] : [sizeOf(x.shape) / channels, channels] })
  const out = heap.allocate(x.shape)
  const [from, gradient, ...rest] = [x, dy ?? x, scale, zeroPoint, out].map(heap.address)
  heap.run(channels === 1 ? shared : perChannel, from, gradient, ...rest, rowBytes, rows, Number(qmin), Number(qmax))
  return out
}
