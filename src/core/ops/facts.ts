import type { Node } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'

/**
 * What quantization does with a node:
 * `weighted` input, weight and output quantized, bias int32 · `arithmetic` inputs and output quantized · `passthrough` output shares its input's parameters ·
 * `clamp` folded into the range of the value before it · `float` stays in float.
 */
export type QuantizationRule = 'weighted' | 'arithmetic' | 'passthrough' | 'clamp' | 'float'

/** Why a node stays in float although others of its operator do not. */
export interface StaysFloat {
  readonly reason: string
}

/** A node whose shapes are not needed. */
export interface ConstantContext<A> {
  readonly node: Node
  readonly attributes: A
  /** The constant at an input, undefined when it is absent or computed. */
  constant(index: number): TensorData | undefined
}

/** Values that a clamp lets through; what lies outside becomes the nearer bound. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

export interface Ramp {
  readonly slope: number
  readonly offset: number
}

/** What the rest of the program asks of an operator in place of its name. A fact that is absent does not hold. */
export interface OperatorFacts<A> {
  readonly quantization: QuantizationRule | ((context: ConstantContext<A>) => QuantizationRule | StaysFloat)
  /** For a layer, which multiplies its input by the weight at input 1: the axis of that weight that counts the output channels. */
  outputAxis?(attributes: A): number
  /** For a clamp: its bounds. */
  clamp?(context: ConstantContext<A>): Bounds
  /** f(s · x) = s · f(x) for s > 0, channel by channel; of several inputs, scaled together. */
  readonly homogeneous?: boolean
  /** Channels pass one by one: one more, filled with zeros, changes none of the others. */
  readonly transparent?: boolean
  /** Moves or selects numbers and computes none, so that it works on integers as it is. */
  readonly mover?: boolean
  /** Shown as a part of the layer whose output it alone reads, as activations and normalizations are. */
  readonly follower?: boolean
  /** Its outputs are probabilities of the classes. */
  readonly probabilities?: boolean
  /** Changes the element type of its input and nothing else. */
  readonly cast?: boolean
  /** Its output holds integers or truth values, so that a cast of it to float is one. */
  readonly writesIntegers?: boolean
  /** Passes its first input on as it is. */
  passesOn?(attributes: A): boolean
  /** Every input is data; otherwise the first is, and the others are parameters. */
  readonly manyOperands?: boolean
  /** onnxruntime's int8 kernel may write float where nothing quantizes the output: class scores keep their precision. */
  readonly floatOutput?: boolean
  /** The input that holds the shape of the output. */
  readonly shapeInput?: number
  /** The input that says how often each axis is repeated. */
  readonly repeatsInput?: number
  /** What stands for the batch in its constant shape, whose value the input of the network says: it is then the last input (passes/patterns/lowered.ts). */
  readonly batchMark?: number
  /** For max(0, min(1, slope · x + offset)): its slope and offset. */
  readonly ramp?: ((attributes: A) => Ramp) | undefined
  /** The operator on one number: what is computed from constants alone is computed on import. */
  readonly scalar?: ((attributes: A) => (x: number) => number) | undefined
  /** A node as simpler ones that have an int8 form; as it is where there are none. */
  readonly expanded?: ((node: Node, inputShape: readonly number[]) => readonly Node[]) | undefined
}
