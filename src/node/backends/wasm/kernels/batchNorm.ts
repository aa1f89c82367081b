import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Heap } from '../heap'
import { batchStatistics } from './batchStatistics'
import { FLOAT_BYTES, boundsOf, rowsOf, sizeOf } from './kernel'
import type { WasmKernel } from './kernel'
import { sumPieces } from './partialSums'
import { atLeast } from '../../../../shared/atLeast'

/** y, mean and unbiased variance; for the gradient: mean, 1 / standard deviation, shift. */
export const batchNormTrain: WasmKernel = ({
  inputs: { x, scale, shift },
  attributes: { epsilon, activation },
  heap,
}) => {
  const { mean, variance } = batchStatistics(heap, x)
  const inverse = inverseDeviation(heap, variance, Number(epsilon))
  const y = normalize(heap, { x, mean, inverse, scale, shift }, boundsOf(activation))
  unbias(heap, variance, rowsOf(x).rows)
  return [y, mean, variance, heap.copy(mean), inverse, heap.copy(shift)]
}

/** Batch normalization with given statistics. */
export const batchNormInference: WasmKernel = ({
  inputs: { x, mean, variance, scale, shift },
  attributes: { epsilon },
  heap,
}) => {
  const inverse = inverseDeviation(heap, variance, Number(epsilon))
  const y = normalize(heap, { x, mean, inverse, scale, shift }, boundsOf('none'))
  heap.free(inverse)
  return y
}

function unbias(heap: Heap, variance: TensorInfo, rows: number): void {
  const values = heap.view(variance)
  const factor = rows / Math.max(1, rows - 1)
  for (let channel = 0; channel < values.length; channel++) values[channel]! *= factor
}

function inverseDeviation(heap: Heap, variance: TensorInfo, epsilon: number): TensorInfo {
  const inverse = heap.allocate(variance.shape)
  heap.run('inverseDeviation', heap.address(variance), heap.address(inverse), variance.shape[0]! * FLOAT_BYTES, epsilon)
  return inverse
}

type Operand = 'x' | 'mean' | 'inverse' | 'scale' | 'shift'

function normalize(
  heap: Heap,
  operands: Readonly<Record<Operand, TensorInfo>>,
  [floor, ceiling]: readonly [number, number],
): TensorInfo {
  const { x, mean, inverse, scale, shift } = operands
  const { rows, rowBytes } = rowsOf(x)
  const y = heap.allocate(x.shape)
  const [from, to, ...vectors] = atLeast(2, [x, y, mean, inverse, scale, shift].map(heap.address))
  heap.runTogether(
    heap
      .pieces(rows, sizeOf(x.shape))
      .map(({ start, count }) => [
        'batchNormApply',
        from + start * rowBytes,
        to + start * rowBytes,
        ...vectors,
        rowBytes,
        count,
        floor,
        ceiling,
      ]),
  )
  return y
}

/** dx, dScale and dShift of batchNormTrain. */
export const batchNormTrainGradient: WasmKernel = ({
  inputs: { dy, x, scale, saved0: mean, saved1: inverse, saved2: shift },
  attributes: { activation },
  heap,
}) => {
  const { channels, rows, rowBytes } = rowsOf(x)
  const bounds = boundsOf(activation)
  const activated = bounds[0] === -Infinity ? 'gradient' : 'activatedGradient'
  const [dScale, dShift, dx] = [heap.zeros([channels]), heap.zeros([channels]), heap.allocate(x.shape)]
  const pieces = heap.pieces(rows, sizeOf(x.shape))
  const [gradient, from, to] = atLeast(3, [dy, x, dx].map(heap.address))
  const vectors = [mean, inverse, scale, shift].map(heap.address)
  const at = (start: number): readonly number[] => [gradient, from].map((address) => address + start * rowBytes)
  sumPieces(heap, pieces, [dScale, dShift], ({ start, count }, sums) => [
    `${activated}Sums`,
    ...at(start),
    ...vectors,
    ...sums.map(heap.address),
    rowBytes,
    count,
    ...bounds,
  ])
  const totals = [dScale, dShift].map(heap.address)
  heap.runTogether(
    pieces.map(({ start, count }) => [
      `${activated}Input`,
      ...at(start),
      ...vectors,
      ...totals,
      rowBytes,
      count,
      ...bounds,
      to + start * rowBytes,
      1 / rows,
    ]),
  )
  return [dx, dScale, dShift]
}
