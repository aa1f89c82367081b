import { add, clone, div, mean as tfMean, mul, rsqrt, square, sub, sum, tidy, type Tensor } from '@tensorflow/tfjs-core'
import { activate, activationGradient, type FusedActivation } from './activations'
import { runNative, runNativeSingle } from './native'

export interface BatchNormTraining {
  readonly y: Tensor
  /** Mean over all axes but the last, [c]. */
  readonly mean: Tensor
  /** Unbiased variance over all axes but the last, [c], for running statistics as PyTorch's; y is normalised with the biased one. */
  readonly variance: Tensor
  /** What batchNormTrainGradient reads: tensors of their own, opaque, different on every backend. */
  readonly saved: Tensor[]
}

export interface BatchNormGradient {
  readonly dx: Tensor
  readonly dScale: Tensor
  readonly dShift: Tensor
}

const allButLast = (x: Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, axis) => axis)

/**
 * Batch normalization with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1), and the activation after it.
 * x [n, h, w, c] or [n, c]; scale, shift [c]; y as x.
 */
export function batchNormTrain(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
  activation: FusedActivation = 'none',
): BatchNormTraining {
  if (activation === 'none')
    return named(
      runNative('batchNormTrain', { x, scale, shift }, { epsilon }) ?? referenceTrain(x, scale, shift, epsilon),
    )
  const fused = runNative('batchNormActivationTrain', { x, scale, shift }, { epsilon, activation })
  return fused ? named(fused) : composedTrain(x, scale, shift, epsilon, activation)
}

function named(outputs: readonly Tensor[]): BatchNormTraining {
  const [y, mean, variance, ...saved] = outputs
  if (!y || !mean || !variance)
    throw new TypeError(
      `batchNormTrain: expected the backend to return y, mean and variance, got ${outputs.length} tensors`,
    )
  return { y, mean, variance, saved }
}

function composedTrain(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
  activation: FusedActivation,
): BatchNormTraining {
  const { y: normalized, mean, variance, saved } = batchNormTrain(x, scale, shift, epsilon)
  const y = activate(normalized, activation)
  normalized.dispose()
  return { y, mean, variance, saved: [...saved, clone(y)] }
}

function referenceTrain(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): readonly Tensor[] {
  return tidy(() => {
    const mean = tfMean(x, allButLast(x))
    const centered = sub(x, mean)
    const variance = tfMean(square(centered), allButLast(x))
    const inverse = rsqrt(add(variance, epsilon))
    const samples = x.size / scale.size
    return [
      add(mul(centered, mul(inverse, scale)), shift),
      mean,
      mul(variance, samples / Math.max(1, samples - 1)),
      clone(mean),
      inverse,
    ]
  })
}

/** Gradients of batchNormTrain for the same activation; dy, x as there, `saved` from it; dx as x, dScale and dShift [c]. */
export function batchNormTrainGradient(
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  saved: readonly Tensor[],
  epsilon: number,
  activation: FusedActivation = 'none',
): BatchNormGradient {
  const kept = Object.fromEntries(saved.map((tensor, index) => [`saved${index}`, tensor]))
  if (activation === 'none')
    return gradients(
      runNative('batchNormTrainGradient', { dy, x, scale, ...kept }, { epsilon }) ??
        referenceGradient(dy, x, scale, saved),
    )
  const fused = runNative('batchNormActivationTrainGradient', { dy, x, scale, ...kept }, { epsilon, activation })
  return fused ? gradients(fused) : composedGradient(dy, x, scale, saved, epsilon, activation)
}

function gradients([dx, dScale, dShift]: readonly Tensor[]): BatchNormGradient {
  if (!dx || !dScale || !dShift)
    throw new TypeError('batchNormTrainGradient: expected the backend to return dx, dScale and dShift')
  return { dx, dScale, dShift }
}

function composedGradient(
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  saved: readonly Tensor[],
  epsilon: number,
  activation: FusedActivation,
): BatchNormGradient {
  const y = saved.at(-1)
  if (!y)
    throw new TypeError(
      'batchNormTrainGradient: expected saved tensors of batchNormTrain with the same activation, got none',
    )
  const inner = activationGradient(dy, y, activation)
  const result = batchNormTrainGradient(inner, x, scale, saved.slice(0, -1), epsilon)
  inner.dispose()
  return result
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
export function batchNormInference(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
): Tensor {
  return (
    runNativeSingle('batchNormInference', { x, mean, variance, scale, shift }, { epsilon }) ??
    tidy(() => {
      const factor = mul(rsqrt(add(variance, epsilon)), scale)
      return add(mul(x, factor), sub(shift, mul(mean, factor)))
    })
  )
}
