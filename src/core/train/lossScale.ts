import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import {
  add,
  concat,
  div,
  greaterEqual,
  isFinite,
  logicalAnd,
  maximum,
  minimum,
  mul,
  reshape,
  slice,
  sum,
  tensor1d,
  tidy,
  tile,
  where,
} from '@tensorflow/tfjs-core'

/**
 * The factor by which the loss is multiplied so that small gradients stay above the smallest float16 (Micikevicius et al. 2018, section 3.2): doubled after many
 * sound steps, halved at a gradient that is not finite. Such a step changes nothing else.
 */
export interface LossScale {
  readonly scale: number
  /** Since the scale last changed. */
  readonly soundSteps: number
}

/** As torch.amp.GradScaler starts and grows. */
export const lossScaleStart: LossScale = { scale: 2 ** 16, soundSteps: 0 }
const growthSteps = 2000
const factor = 2
/** Gradients that are not finite without a scale are not the scale's doing. */
const leastScale = 1
/** Far from the end of fp32, in which the loss is scaled. */
const mostScale = 2 ** 24

export function nextLossScale(
  { scale, soundSteps }: LossScale,
  isSound: boolean,
  growEvery: number = growthSteps,
): LossScale {
  if (!isSound) return { scale: Math.max(leastScale, scale / factor), soundSteps: 0 }
  return soundSteps + 1 < growEvery
    ? { scale, soundSteps: soundSteps + 1 }
    : { scale: Math.min(mostScale, scale * factor), soundSteps: 0 }
}

/** The state as it lies on the device and in checkpoints: [scale, sound steps, scale of the last step, 1 if that step was skipped]. */
export const packLossScale = ({ scale, soundSteps }: LossScale): Float32Array =>
  Float32Array.of(scale, soundSteps, scale, 0)

/** What a step did, out of the state after it. */
export interface ScaledStep {
  readonly scale: number
  readonly skipped: boolean
  /** No smaller scale could have saved it. */
  readonly failed: boolean
}

export function scaledStepOf(state: ArrayLike<number>): ScaledStep {
  const [scale, skipped] = [state[2]!, state[3] === 1]
  return { scale, skipped, failed: skipped && scale <= leastScale }
}

/** The scale itself, [1]. */
export const scaleOf = (state: Tensor1D): Tensor1D => slice(state, 0, 1)

/** Whether every number of a vector is finite, [1]: 0 · x is 0 for these alone. */
export const areFinite = (vector: Tensor, guard?: Tensor): Tensor =>
  tidy(() => {
    const sound = isFinite(reshape(sum(mul(vector, 0)), [1]))
    return guard ? logicalAnd(sound, isFinite(reshape(guard, [1]))) : sound
  })

/** `nextLossScale` on the device, where nobody waits for it: state [4], isSound [1]. */
export function movedLossScale(state: Tensor1D, isSound: Tensor, growEvery: number = growthSteps): Tensor1D {
  return tidy(() => {
    const numbers = (values: readonly number[]): Tensor1D => tensor1d([...values])
    const [scale, soundSteps] = [scaleOf(state), slice(state, 1, 1)]
    const counted: Tensor1D = add(soundSteps, 1)
    const grown = concat([minimum(mul(scale, factor), mostScale) as Tensor1D, numbers([0]), scale, numbers([0])])
    const kept = concat([scale, counted, scale, numbers([0])])
    const backed = concat([maximum(div(scale, factor), leastScale) as Tensor1D, numbers([0]), scale, numbers([1])])
    const wide = (condition: Tensor): Tensor => tile(condition, [state.size])
    return where(wide(isSound), where(wide(greaterEqual(counted, growEvery)), grown, kept), backed) as Tensor1D
  })
}
