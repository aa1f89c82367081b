import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { FLOAT_BYTES, boundsOf, rowsOf } from './kernel'
import type { WasmKernel } from './kernel'

/** y, mean, biased variance, and for the gradient: mean, 1 / deviation, shift. */
export const batchNormTrain: WasmKernel = ({ inputs: { x, scale, shift }, attributes: { epsilon, activation }, heap }) => {
  const { channels, rows, rowBytes } = rowsOf(x)
  const [mean, variance] = [heap.zeros([channels]), heap.zeros([channels])]
  heap.run('batchNormStatistics', heap.address(x), heap.address(mean), heap.address(variance), rowBytes, rows)
  const inverse = inverseDeviation(heap, variance, Number(epsilon))
  const y = normalize(heap, { x, mean, inverse, scale, shift }, boundsOf(activation))
  return [y, mean, variance, heap.copy(mean), inverse, heap.copy(shift)]
}

/** Batch normalization with given statistics. */
export const batchNormInference: WasmKernel = ({ inputs: { x, mean, variance, scale, shift }, attributes: { epsilon }, heap }) => {
  const inverse = inverseDeviation(heap, variance, Number(epsilon))
  const y = normalize(heap, { x, mean, inverse, scale, shift }, boundsOf('none'))
  heap.free(inverse)
  return y
}

function inverseDeviation(heap: Heap, variance: TensorInfo, epsilon: number): TensorInfo {
  const inverse = heap.allocate(variance.shape)
  heap.run('inverseDeviation', heap.address(variance), heap.address(inverse), variance.shape[0] * FLOAT_BYTES, epsilon)
  return inverse
}

type Operand = 'x' | 'mean' | 'inverse' | 'scale' | 'shift'

function normalize(heap: Heap, operands: Readonly<Record<Operand, TensorInfo>>, [floor, ceiling]: readonly [number, number]): TensorInfo {
  const { x, mean, inverse, scale, shift } = operands
  const { rows, rowBytes } = rowsOf(x)
  const y = heap.allocate(x.shape)
  const [from, to, ...vectors] = [x, y, mean, inverse, scale, shift].map(heap.address)
  heap.run('batchNormApply', from, to, ...vectors, rowBytes, rows, floor, ceiling)
  return y
}

/** dx, dScale and dShift of batchNormTrain. */
export const batchNormTrainGradient: WasmKernel = ({ inputs: { dy, x, scale, saved0: mean, saved1: inverse, saved2: shift }, attributes: { activation }, heap }) => {
  const { channels, rows, rowBytes } = rowsOf(x)
  const [floor, ceiling] = boundsOf(activation)
  const activated = floor === -Infinity ? 'gradient' : 'activatedGradient'
  const [dScale, dShift, dx] = [heap.zeros([channels]), heap.zeros([channels]), heap.allocate(x.shape)]
  const parameters = [...[dy, x, mean, inverse, scale, shift, dScale, dShift].map(heap.address), rowBytes, rows, floor, ceiling]
  heap.run(`${activated}Sums`, ...parameters)
  heap.run(`${activated}Input`, ...parameters, heap.address(dx))
  return [dx, dScale, dShift]
}
