import { clamp } from '../../fakeQuant/round'
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
export async function learnRounding(
  problem: RoundingProblem,
  iterations: number,
  multiply: MatMul,
): Promise<LearnedRounding> {
  const { qmin, qmax } = problem
  const state = startState(problem)
  for (let step = 1; step <= iterations; step++) {
    const products = await multiply(
      softWeights(problem, state),
      problem.moments.outputs,
      problem.moments.inputs,
      problem.moments.fanIn,
      problem.moments.fanIn,
    )
    descend(problem, state, products, step, iterations)
  }
  const { floors, fractions, fixed, variables } = state
  const learned = Int32Array.from(floors, (floor, index) =>
    clamp(floor + (!fixed[index] && sigmoid(variables[index]!) >= 0.5 ? 1 : 0), qmin, qmax),
  )
  const nearest = Int32Array.from(floors, (floor, index) =>
    clamp(floor + (fractions[index]! >= 0.5 ? 1 : 0), qmin, qmax),
  )
  return better(problem, nearest, learned, multiply)
}

/** One entry a weight. */
interface RoundingState {
  readonly floors: Float32Array
  readonly fractions: Float32Array
  readonly fixed: Uint8Array
  readonly variables: Float32Array
  /** h(V), and its derivative by V: 0 where it is cut. */
  readonly opened: Float32Array
  readonly slopes: Float32Array
  readonly soft: Float32Array
  readonly firstMoments: Float32Array
  readonly secondMoments: Float32Array
  readonly unit: number
}

function startState(problem: RoundingProblem): RoundingState {
  const {
    weights,
    scales,
    moments: { fanIn },
  } = problem
  const floors = weights.map((weight, index) => Math.floor(weight / scales[Math.floor(index / fanIn)]! + exact))
  const fractions = weights.map((weight, index) => weight / scales[Math.floor(index / fanIn)]! - floors[index]!)
  const blank = (): Float32Array => new Float32Array(weights.length)
  return {
    floors,
    fractions,
    fixed: Uint8Array.from(fractions, (fraction) => Number(fraction <= 2 * exact)),
    variables: fractions.map(inverseSigmoid),
    opened: blank(),
    slopes: blank(),
    soft: blank(),
    firstMoments: blank(),
    secondMoments: blank(),
    unit: typicalGradient(problem),
  }
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
const inverseSigmoid = (fraction: number): number =>
  -Math.log((stretch.high - stretch.low) / (fraction - stretch.low) - 1)

/** The weights with the present rounding; keeps h(V) and its slope for the step that follows. */
function softWeights(
  { scales, qmin, qmax, moments: { fanIn, outputs } }: RoundingProblem,
  { floors, fixed, variables, opened, slopes, soft }: RoundingState,
): Float32Array {
  const width = stretch.high - stretch.low
  for (let row = 0, index = 0; row < outputs; row++) {
    for (const end = index + fanIn; index < end; index++) {
      const value = fixed[index] ? 0 : sigmoid(variables[index]!)
      const stretched = value * width + stretch.low
      const cut = fixed[index] === 1 || stretched <= 0 || stretched >= 1
      opened[index] = fixed[index] ? 0 : clamp(stretched, 0, 1)
      slopes[index] = cut ? 0 : value * (1 - value) * width
      soft[index] = clamp(floors[index]! + opened[index]!, qmin, qmax) * scales[row]!
    }
  }
  return soft
}

/** One step of Adam on the error and on the pull towards 0 and 1. */
function descend(
  { scales, moments: { fanIn, outputs, cross } }: RoundingProblem,
  state: RoundingState,
  products: Float32Array,
  step: number,
  iterations: number,
): void {
  const { variables, opened, slopes, firstMoments, secondMoments, unit } = state
  const progress = Math.max(0, (step / iterations - freeShare) / (1 - freeShare))
  const beta = exponents.last + ((exponents.first - exponents.last) * (1 + Math.cos(Math.PI * progress))) / 2
  const [firstShare, secondShare] = [1 - adam.first ** step, 1 - adam.second ** step]
  for (let row = 0, index = 0; row < outputs; row++) {
    for (const end = index + fanIn; index < end; index++) {
      const slope = slopes[index]!
      // Where h is cut nothing pulls any more; its momentum still runs out.
      const gradient =
        slope === 0
          ? 0
          : (((products[index]! - cross[index]!) * scales[row]!) / unit +
              (progress > 0 ? pull * progress * regularizerSlope(opened[index]!, beta) : 0)) *
            slope
      firstMoments[index] = adam.first * firstMoments[index]! + (1 - adam.first) * gradient
      secondMoments[index] = adam.second * secondMoments[index]! + (1 - adam.second) * gradient * gradient
      variables[index]! -=
        (adam.rate * (firstMoments[index]! / firstShare)) /
        (Math.sqrt(secondMoments[index]! / secondShare) + adam.epsilon)
    }
  }
}

/** Of 1 − |2h − 1|^β. */
const regularizerSlope = (open: number, beta: number): number =>
  -beta * Math.abs(2 * open - 1) ** (beta - 1) * 2 * Math.sign(2 * open - 1)

/** Size of the error's gradient by one rounding: scale² · power of its input, averaged, by the root of the fan-in. */
function typicalGradient({ scales, moments: { fanIn, inputs } }: RoundingProblem): number {
  let power = 0
  for (let index = 0; index < fanIn; index++) power += inputs[index * fanIn + index]! / fanIn
  const squared = scales.reduce((sum, scale) => sum + scale * scale, 0) / scales.length
  return Math.max(1e-30, squared * power)
}

/** Each row as it errs less: quadratic forms of both candidates. */
async function better(
  { scales, moments }: RoundingProblem,
  nearest: Int32Array,
  learned: Int32Array,
  multiply: MatMul,
): Promise<LearnedRounding> {
  const { fanIn, outputs } = moments
  const [errorsA, errorsB] = [
    await rowErrors(nearest, scales, moments, multiply),
    await rowErrors(learned, scales, moments, multiply),
  ]
  const integers = nearest.map((value, index) =>
    errorsB[Math.floor(index / fanIn)]! < errorsA[Math.floor(index / fanIn)]! ? learned[index]! : value,
  )
  const mean = (errors: Float64Array): number => errors.reduce((sum, error) => sum + error, 0) / outputs
  return {
    integers,
    nearestError: mean(errorsA),
    learnedError: mean(errorsA.map((error, row) => Math.min(error, errorsB[row]!))),
  }
}

/** wᵀHw − 2wᵀc of each row: the squared error up to a constant of the row. */
async function rowErrors(
  integers: Int32Array,
  scales: Float32Array,
  { fanIn, outputs, inputs, cross }: Moments,
  multiply: MatMul,
): Promise<Float64Array> {
  const weights = Float32Array.from(integers, (value, index) => value * scales[Math.floor(index / fanIn)]!)
  const products = await multiply(weights, outputs, inputs, fanIn, fanIn)
  const errors = new Float64Array(outputs)
  for (let index = 0; index < weights.length; index++)
    errors[Math.floor(index / fanIn)]! += weights[index]! * (products[index]! - 2 * cross[index]!)
  return errors
}
