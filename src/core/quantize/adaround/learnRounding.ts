import { clamp } from '../math/round'
import type { MatMul, Moments } from './moments'

/** One weight in steps of its scale: what is below, and how far above it the weight lies. */
export interface RoundingProblem {
  /** [outputs, fanIn], real numbers. */
  readonly weights: Float32Array
  /** One a row. */
  readonly scales: Float32Array
  readonly qmin: number
  readonly qmax: number
  readonly moments: Moments
}

export interface LearnedRounding {
  /** [outputs, fanIn] */
  readonly integers: Int32Array
  /** Squared error of the outputs by rounding to the nearest, and as learned: means over outputs and rows. */
  readonly nearestError: number
  readonly learnedError: number
}

/** Nagel et al., 2020: stretched sigmoid, and the course of the exponent that ends in zeros and ones. */
const stretch = { low: -0.1, high: 1.1 }
const exponents = { first: 20, last: 2 }
const freeShare = 0.2

/** Adam on the rounding variables; `iterations` are full passes over the moments. */
const adam = { rate: 0.05, first: 0.9, second: 0.999, epsilon: 1e-8 }

/** At the end the pull towards 0 and 1 is this many times the mean gradient of the error. */
const pull = 1

/** Below this distance to an integer a weight keeps it: pruned weights stay zero. */
const exact = 1e-6

/** Learns for every weight whether to round down or up, so that the outputs' squared error falls. Rows that do not gain keep the nearest integers. */
export async function learnRounding(problem: RoundingProblem, iterations: number, multiply: MatMul): Promise<LearnedRounding> {
  const { weights, scales, qmin, qmax, moments: { fanIn, outputs, inputs } } = problem
  const floors = weights.map((weight, index) => Math.floor(weight / scales[Math.floor(index / fanIn)] + exact))
  const fractions = weights.map((weight, index) => weight / scales[Math.floor(index / fanIn)] - floors[index])
  const fixed = Uint8Array.from(fractions, (fraction) => Number(fraction <= 2 * exact))
  const variables = Float32Array.from(fractions, inverseSigmoid)
  const [firstMoments, secondMoments] = [new Float32Array(variables.length), new Float32Array(variables.length)]
  const soft = new Float32Array(variables.length)
  const unit = typicalGradient(problem)
  for (let step = 1; step <= iterations; step++) {
    for (let index = 0; index < soft.length; index++) soft[index] = clamp(floors[index] + (fixed[index] ? 0 : opened(variables[index])), qmin, qmax) * scales[Math.floor(index / fanIn)]
    const products = await multiply(soft, outputs, inputs, fanIn, fanIn)
    const progress = Math.max(0, (step / iterations - freeShare) / (1 - freeShare))
    const beta = exponents.last + (exponents.first - exponents.last) * (1 + Math.cos(Math.PI * progress)) / 2
    for (let index = 0; index < variables.length; index++) {
      if (fixed[index]) continue
      const scale = scales[Math.floor(index / fanIn)]
      const open = opened(variables[index])
      const slope = slopeOf(variables[index])
      const error = ((products[index] - problem.moments.cross[index]) * scale) / unit
      const gradient = (error + (progress > 0 ? pull * progress * regularizerSlope(open, beta) : 0)) * slope
      firstMoments[index] = adam.first * firstMoments[index] + (1 - adam.first) * gradient
      secondMoments[index] = adam.second * secondMoments[index] + (1 - adam.second) * gradient * gradient
      const [m, v] = [firstMoments[index] / (1 - adam.first ** step), secondMoments[index] / (1 - adam.second ** step)]
      variables[index] -= (adam.rate * m) / (Math.sqrt(v) + adam.epsilon)
    }
  }
  const learned = Int32Array.from(floors, (floor, index) => clamp(floor + (!fixed[index] && opened(variables[index]) >= 0.5 ? 1 : 0), qmin, qmax))
  const nearest = Int32Array.from(floors, (floor, index) => clamp(floor + (fractions[index] >= 0.5 ? 1 : 0), qmin, qmax))
  return better(problem, nearest, learned, multiply)
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
const opened = (variable: number): number => clamp(sigmoid(variable) * (stretch.high - stretch.low) + stretch.low, 0, 1)
const inverseSigmoid = (fraction: number): number => -Math.log((stretch.high - stretch.low) / (fraction - stretch.low) - 1)

function slopeOf(variable: number): number {
  const value = sigmoid(variable)
  const stretched = value * (stretch.high - stretch.low) + stretch.low
  return stretched <= 0 || stretched >= 1 ? 0 : value * (1 - value) * (stretch.high - stretch.low)
}

/** Of 1 − |2h − 1|^β. */
const regularizerSlope = (open: number, beta: number): number => -beta * Math.abs(2 * open - 1) ** (beta - 1) * 2 * Math.sign(2 * open - 1)

/** Size of the error's gradient by one rounding: scale² · power of its input, averaged, by the root of the fan-in. */
function typicalGradient({ scales, moments: { fanIn, inputs } }: RoundingProblem): number {
  let power = 0
  for (let index = 0; index < fanIn; index++) power += inputs[index * fanIn + index] / fanIn
  const squared = scales.reduce((sum, scale) => sum + scale * scale, 0) / scales.length
  return Math.max(1e-30, squared * power)
}

/** Each row as it errs less: quadratic forms of both candidates. */
async function better({ scales, moments }: RoundingProblem, nearest: Int32Array, learned: Int32Array, multiply: MatMul): Promise<LearnedRounding> {
  const { fanIn, outputs } = moments
  const [errorsA, errorsB] = [await rowErrors(nearest, scales, moments, multiply), await rowErrors(learned, scales, moments, multiply)]
  const integers = nearest.map((value, index) => (errorsB[Math.floor(index / fanIn)] < errorsA[Math.floor(index / fanIn)] ? learned[index] : value))
  const mean = (errors: Float64Array): number => errors.reduce((sum, error) => sum + error, 0) / outputs
  return { integers, nearestError: mean(errorsA), learnedError: mean(errorsA.map((error, row) => Math.min(error, errorsB[row]))) }
}

/** wᵀHw − 2wᵀc of each row: the squared error up to a constant of the row. */
async function rowErrors(integers: Int32Array, scales: Float32Array, { fanIn, outputs, inputs, cross }: Moments, multiply: MatMul): Promise<Float64Array> {
  const weights = Float32Array.from(integers, (value, index) => value * scales[Math.floor(index / fanIn)])
  const products = await multiply(weights, outputs, inputs, fanIn, fanIn)
  const errors = new Float64Array(outputs)
  for (let index = 0; index < weights.length; index++) errors[Math.floor(index / fanIn)] += weights[index] * (products[index] - 2 * cross[index])
  return errors
}
