import { add, div, mean as tfMean, mul, rsqrt, square, sub, sum, tidy, type Tensor } from '@tensorflow/tfjs-core'
import { runNative, runNativeSingle } from './native'

export interface BatchNormTraining {
  readonly y: Tensor
  /** Mean over all axes but the last, [c]. */
  readonly mean: Tensor
  /** Biased variance over all axes but the last, [c]. */
  readonly variance: Tensor
  /** What batchNormTrainGradient reads; opaque, differs by backend, may hold mean or variance themselves. */
  readonly saved: Tensor[]
}

export interface BatchNormGradient {
  readonly dx: Tensor
  readonly dScale: Tensor
  readonly dShift: Tensor
}

const allButLast = (x: Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, axis) => axis)

/**
 * Batch normalization with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1).
 * x [n, h, w, c] or [n, c]; scale, shift [c]; y as x.
 */
export function batchNormTrain(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): BatchNormTraining {
  const outputs = runNative('batchNormTrain', { x, scale, shift }, { epsilon })
  if (outputs === undefined) return referenceTrain(x, scale, shift, epsilon)
  const [y, mean, variance, ...saved] = outputs
  if (!y || !mean || !variance) throw new TypeError(`batchNormTrain: expected the backend to return y, mean and variance, got ${outputs.length} tensors`)
  return { y, mean, variance, saved }
}

function referenceTrain(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): BatchNormTraining {
  const [y, mean, variance, inverse] = tidy(() => {
    const mean = tfMean(x, allButLast(x))
    const centered = sub(x, mean)
    const variance = tfMean(square(centered), allButLast(x))
    const inverse = rsqrt(add(variance, epsilon))
    return [add(mul(centered, mul(inverse, scale)), shift), mean, variance, inverse] as [Tensor, Tensor, Tensor, Tensor]
  })
  return { y, mean, variance, saved: [mean, inverse] }
}

/** Gradients of batchNormTrain; dy, x as there, `saved` from it; dx as x, dScale and dShift [c]. */
export function batchNormTrainGradient(dy: Tensor, x: Tensor, scale: Tensor, saved: readonly Tensor[], epsilon: number): BatchNormGradient {
  const inputs = Object.fromEntries(saved.map((tensor, index) => [`saved${index}`, tensor]))
  const outputs = runNative('batchNormTrainGradient', { dy, x, scale, ...inputs }, { epsilon })
  const [dx, dScale, dShift] = outputs ?? referenceGradient(dy, x, scale, saved)
  if (!dx || !dScale || !dShift) throw new TypeError('batchNormTrainGradient: expected the backend to return dx, dScale and dShift')
  return { dx, dScale, dShift }
}

/** dx = scale · inverse · (dy − mean(dy) − normalized · mean(dy · normalized)), the paper's chain rule collected. */
function referenceGradient(dy: Tensor, x: Tensor, scale: Tensor, saved: readonly Tensor[]): Tensor[] {
  const [mean, inverse] = saved
  if (!mean || !inverse) throw new TypeError(`batchNormTrainGradient: expected two saved tensors, got ${saved.length}`)
  return tidy(() => {
    const count = x.size / scale.size
    const normalized = mul(sub(x, mean), inverse)
    const dShift = sum(dy, allButLast(x))
    const dScale = sum(mul(dy, normalized), allButLast(x))
    const centered = sub(sub(dy, div(dShift, count)), mul(normalized, div(dScale, count)))
    return [mul(centered, mul(scale, inverse)), dScale, dShift]
  })
}

/** Batch normalization with fixed statistics: (x − mean) / √(variance + epsilon) · scale + shift; x [.., c], the rest [c]. */
export function batchNormInference(x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: number): Tensor {
  return runNativeSingle('batchNormInference', { x, mean, variance, scale, shift }, { epsilon }) ?? tidy(() => {
    const factor = mul(rsqrt(add(variance, epsilon)), scale)
    return add(mul(x, factor), sub(shift, mul(mean, factor)))
  })
}
