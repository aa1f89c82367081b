import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import type { AtLeast, Count } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { parseAs } from '../../shared/parse'
import type { Node } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import type { ConstantContext, OperatorFacts, QuantizationRule, Ramp, StaysFloat } from './facts'

export type Shape = readonly number[]

/** What an initializer at an input position is for; 'mean' and 'variance' are running statistics, never trained by gradient. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance'

/**
 * How the executor lays out rank-4 tensors around a node (other ranks are always in ONNX order):
 * `channelsLast` NHWC in and out · `plain` NCHW in and out · `follow` as the first computed rank-4 input lies, axis attributes translated by `axisOf`.
 */
export type LayoutRule = 'channelsLast' | 'plain' | 'follow'

/**
 * How pruning follows channels through a node (src/core/prune/rules):
 * `same` the output's channels are the input's · `elementwise` inputs meet position by position · `convolution` and `linear` end channels and begin new ones ·
 * `transposedConvolution` as `convolution`, its weight the other way round · `perChannel` as `same`, with parameters by channel · `normalization` the same for the features of the last axes · `window` and `pad` move along height and width · `reduce`, `reshape`, `transpose`, `concat`, `split`, `slice`, `gather` move
 * channels about · `softmax` mixes along one axis · `mixed` what it does to channels is not known: they stay whole.
 */
export type ChannelRule =
  | 'same'
  | 'elementwise'
  | 'convolution'
  | 'transposedConvolution'
  | 'linear'
  | 'perChannel'
  | 'normalization'
  | 'window'
  | 'pad'
  | 'reduce'
  | 'reshape'
  | 'transpose'
  | 'concat'
  | 'split'
  | 'slice'
  | 'gather'
  | 'softmax'
  | 'mixed'

/**
 * What a node computes in when training is in mixed precision (execute/mixedPrecision.ts):
 * `half` in 16 bits, all operands converted · `follow` in 16 bits where a computed operand is; parameters stay fp32 · `float` in fp32.
 */
export type PrecisionRule = 'half' | 'follow' | 'float'

/**
 * A node with its shapes; `shapes` are the logical (ONNX-order) input shapes, [] for an absent input.
 * `N` counts the inputs that are known to be there: those that the operator needs; 0 where the executor makes one.
 */
export interface NodeContext<A, N extends Count = 1> extends ConstantContext<A> {
  readonly shapes: AtLeast<N, Shape>
}

/** A node of a graph: its operator has checked that it has an input. */
export type KnownNode = ConstantContext<unknown> & Pick<NodeContext<unknown>, 'shapes'>

/** Every operator has an output. */
type Outputs<N extends Count, T, Rest = T> = AtLeast<N extends 0 ? 0 : 1, T, Rest>

export interface ExecutionContext<A, N extends Count = 1> extends NodeContext<A, N> {
  readonly outputShapes: Outputs<N, Shape>
  /** Input shapes as the executor lays them out: NHWC where `channelsLast`. */
  readonly physicalShapes: AtLeast<N, Shape>
  /** Rank-4 tensors of this node are NHWC. */
  readonly channelsLast: boolean
  /** The physical axis of a logical one for a tensor of the given rank. */
  axisOf(axis: number, rank: number): number
}

export interface ForwardContext<A, N extends Count = 1> extends ExecutionContext<A, N> {
  readonly training: boolean
  readonly inputs: AtLeast<N, Tensor, Tensor | undefined>
  /** Keeps tensors for the gradient; does nothing outside training. */
  save(...tensors: readonly Tensor[]): void
  /** Reports batch statistics for the running statistic at an input. */
  updateStatistic(index: number, batchValue: Tensor): void
}

export interface GradientContext<A, N extends Count = 1> extends ExecutionContext<A, N> {
  /** Those that `gradientReads` names; the others may have been freed. */
  readonly inputs: AtLeast<N, Tensor, Tensor | undefined>
  readonly outputs: Outputs<N, Tensor, Tensor | undefined>
  readonly saved: readonly Tensor[]
  /** Gradient of the loss by each output; of several outputs, undefined for one that nothing depends on. */
  readonly dOutputs: Outputs<N, Tensor, Tensor | undefined>
  /** Whether the gradient by that input is needed. */
  wants(index: number): boolean
}

/** A parameter as the executor holds it: `data` in `shape`, row-major. */
export interface PackedParameter {
  readonly shape: Shape
  readonly data: Float32Array
}

export interface OperatorDefinition<A, N extends Count = 1> extends OperatorFacts<A> {
  /** ONNX operator type. */
  readonly id: string
  /** How many inputs a node must have; 1 when absent. */
  readonly needs?: N
  /** Attributes with their ONNX defaults; unknown attributes are refused by the reader. */
  readonly attributes: z.ZodType<A>
  readonly layout: LayoutRule | ((context: NodeContext<A, N>) => LayoutRule)
  readonly channels: ChannelRule
  /** `float` when absent. */
  readonly precision?: PrecisionRule
  /** Input positions that hold parameters. */
  readonly parameters?: Readonly<Record<number, ParameterRole>>
  /** Output shapes, in ONNX order, for concrete input shapes. */
  shape(context: NodeContext<A, N>): readonly Shape[]
  /** New tensors, one an output: never an input itself (use clone). Intermediates are freed by the executor. */
  forward(context: ForwardContext<A, N>): readonly Tensor[]
  /** Gradients by input, new tensors; undefined where not wanted. Absent: the operator cannot be trained through. */
  gradient?(context: GradientContext<A, N>): readonly (Tensor | undefined)[]
  /** What `gradient` reads: everything else is freed during the forward walk. */
  readonly gradientReads?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] }
  /** Multiply-accumulate operations for the given shapes; 0 when absent. */
  macs?(context: NodeContext<A, N>): number
  /** Executor layout of the parameter at an input, and back; absent: as in ONNX. */
  pack?(context: NodeContext<A, N>, index: number, parameter: TensorData): PackedParameter
  unpack?(context: NodeContext<A, N>, index: number, packed: Float32Array): TensorData
}

/** An operator with its attribute type hidden: callers pass nodes, the operator parses their attributes once. */
export interface Operator extends Omit<
  OperatorDefinition<unknown, 0>,
  'needs' | 'attributes' | 'layout' | 'quantization' | 'outputAxis' | 'passesOn' | 'ramp' | 'scalar'
> {
  readonly kind: 'operator'
  /** Attributes that a file may give, with their defaults. */
  readonly params: z.ZodObject
  /** Parsed attributes of a node that has the inputs it needs; throws `badInput` naming the node. */
  parse(node: Node): unknown
  layoutOf(context: NodeContext<unknown, 0>): LayoutRule
  quantizationOf(context: ConstantContext<unknown>): QuantizationRule | StaysFloat
  outputAxis?(node: Node): number
  passesOn?(node: Node): boolean
  ramp?(node: Node): Ramp
  scalar?(node: Node): (x: number) => number
}

/** Marks attributes that the executor sets and no file may. */
export const internal = { internal: true } as const

const isInternal = (field: unknown): boolean => field instanceof z.ZodType && field.meta()?.['internal'] === true

type Wrapped<A, C extends { readonly attributes: A }> = Omit<C, 'attributes'> & { readonly attributes: unknown }

/** Declares an operator: the one export of its file. */
export function defineOperator<A, N extends Count = 1>(definition: OperatorDefinition<A, N>): Operator {
  const { needs = 1, attributes: schema, layout, quantization, shape, forward, ...rest } = definition
  const { gradient, macs, pack, unpack, outputAxis, passesOn, ramp, scalar, clamp, ...facts } = rest
  const parse = attributeParser(schema, needs)
  const typed = <C extends ConstantContext<A>>(context: Wrapped<A, C>): C =>
    ({ ...context, attributes: parse(context.node) }) as Wrapped<A, C> & { attributes: A } as C
  /** The same function for callers that do not know the type of the attributes. */
  const erased =
    <C extends ConstantContext<A>, Rest extends readonly unknown[], R>(run: (context: C, ...rest: Rest) => R) =>
    (context: Wrapped<A, C>, ...rest: Rest): R =>
      run(typed<C>(context), ...rest)
  return {
    ...facts,
    kind: 'operator',
    params: fileAttributes(schema),
    parse,
    layoutOf: typeof layout === 'function' ? erased(layout) : () => layout,
    quantizationOf: typeof quantization === 'function' ? erased(quantization) : () => quantization,
    shape: erased(shape),
    forward: erased(forward),
    ...(gradient && { gradient: erased(gradient) }),
    ...(macs && { macs: erased(macs) }),
    ...(pack && { pack: erased(pack) }),
    ...(unpack && { unpack: erased(unpack) }),
    ...(clamp && { clamp: erased(clamp) }),
    ...(outputAxis && { outputAxis: (node: Node) => outputAxis(parse(node)) }),
    ...(passesOn && { passesOn: (node: Node) => passesOn(parse(node)) }),
    ...(ramp && { ramp: (node: Node) => ramp(parse(node)) }),
    ...(scalar && { scalar: (node: Node) => scalar(parse(node)) }),
  }
}

/** Attributes that a file may give; those that the executor sets are not among them. */
const fileAttributes = (schema: z.ZodType): z.ZodObject =>
  z.object(
    schema instanceof z.ZodObject
      ? Object.fromEntries(Object.entries(schema.shape).filter(([, field]) => !isInternal(field)))
      : {},
  )

/** Checks the inputs and parses the attributes of each node once. */
function attributeParser<A>(schema: z.ZodType<A>, needs: Count): (node: Node) => A {
  const parsed = new WeakMap<Node, A>()
  return (node) => {
    const known = parsed.get(node)
    if (known !== undefined) return known
    assertInputs(node, needs)
    const fresh = parseAttributes(schema, node)
    parsed.set(node, fresh)
    return fresh
  }
}

function parseAttributes<A>(schema: z.ZodType<A>, node: Node): A {
  return parseAs(schema, node.attributes, `node '${node.name}' (${node.op})`, { code: 'badInput' })
}

function assertInputs({ name, op, inputs }: Node, needs: number): void {
  const given = inputs.slice(0, needs).filter(Boolean).length
  if (given === needs) return
  throw new NNOptError('badInput', `node '${name}' (${op}): expected its first ${needs} inputs, got ${given} of them`, {
    node: name,
  })
}
