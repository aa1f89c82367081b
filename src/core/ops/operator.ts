import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { Node } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'

export type Shape = readonly number[]

/** What an initializer at an input position is for; 'mean' and 'variance' are running statistics, never trained by gradient. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance'

/**
 * How the executor lays out rank-4 tensors around a node (other ranks are always in ONNX order):
 * `channelsLast` NHWC in and out · `plain` NCHW in and out · `follow` as the first computed rank-4 input lies, axis attributes translated by `axisOf`.
 */
export type LayoutRule = 'channelsLast' | 'plain' | 'follow'

/**
 * What quantization does with a node:
 * `weighted` input, weight and output quantized, bias int32 · `arithmetic` inputs and output quantized · `passthrough` output shares its input's parameters ·
 * `clamp` folded into the range of the value before it · `float` stays in float.
 */
export type QuantizationRule = 'weighted' | 'arithmetic' | 'passthrough' | 'clamp' | 'float'

/**
 * How pruning follows channels through a node (src/core/prune/rules):
 * `same` the output's channels are the input's · `elementwise` inputs meet position by position · `convolution` and `linear` end channels and begin new ones ·
 * `perChannel` as `same`, with parameters by channel · `window` and `pad` move along height and width · `reduce`, `reshape`, `transpose`, `concat`, `split`, `slice`, `gather` move
 * channels about · `softmax` mixes along one axis · `mixed` what it does to channels is not known: they stay whole.
 */
export type ChannelRule =
  | 'same'
  | 'elementwise'
  | 'convolution'
  | 'linear'
  | 'perChannel'
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

/** A node with its shapes; `shapes` are the logical (ONNX-order) input shapes, [] for an absent input. */
export interface NodeContext<A> {
  readonly node: Node
  readonly attributes: A
  readonly shapes: readonly Shape[]
  /** The constant at an input, undefined when it is absent or computed. */
  constant(index: number): TensorData | undefined
}

export interface ExecutionContext<A> extends NodeContext<A> {
  readonly outputShapes: readonly Shape[]
  /** Input shapes as the executor lays them out: NHWC where `channelsLast`. */
  readonly physicalShapes: readonly Shape[]
  /** Rank-4 tensors of this node are NHWC. */
  readonly channelsLast: boolean
  /** The physical axis of a logical one for a tensor of the given rank. */
  axisOf(axis: number, rank: number): number
}

export interface ForwardContext<A> extends ExecutionContext<A> {
  readonly training: boolean
  readonly inputs: readonly (Tensor | undefined)[]
  /** Keeps tensors for the gradient; does nothing outside training. */
  save(...tensors: readonly Tensor[]): void
  /** Reports batch statistics for the running statistic at an input. */
  updateStatistic(index: number, batchValue: Tensor): void
}

export interface GradientContext<A> extends ExecutionContext<A> {
  readonly inputs: readonly (Tensor | undefined)[]
  readonly outputs: readonly (Tensor | undefined)[]
  readonly saved: readonly Tensor[]
  /** Gradient of the loss by each output; undefined where nothing depends on it. */
  readonly dOutputs: readonly (Tensor | undefined)[]
  /** Whether the gradient by that input is needed. */
  wants(index: number): boolean
}

/** A parameter as the executor holds it: `data` in `shape`, row-major. */
export interface PackedParameter {
  readonly shape: Shape
  readonly data: Float32Array
}

export interface OperatorDefinition<A> {
  /** ONNX operator type. */
  readonly id: string
  /** Attributes with their ONNX defaults; unknown attributes are refused by the reader. */
  readonly attributes: z.ZodType<A>
  readonly layout: LayoutRule | ((context: NodeContext<A>) => LayoutRule)
  readonly quantization: QuantizationRule
  readonly channels: ChannelRule
  /** `float` when absent. */
  readonly precision?: PrecisionRule
  /** Input positions that hold parameters. */
  readonly parameters?: Readonly<Record<number, ParameterRole>>
  /** Output shapes, in ONNX order, for concrete input shapes. */
  shape(context: NodeContext<A>): readonly Shape[]
  /** New tensors, one an output: never an input itself (use clone). Intermediates are freed by the executor. */
  forward(context: ForwardContext<A>): readonly Tensor[]
  /** Gradients by input, new tensors; undefined where not wanted. Absent: the operator cannot be trained through. */
  gradient?(context: GradientContext<A>): readonly (Tensor | undefined)[]
  /** What `gradient` reads: everything else is freed during the forward walk. */
  readonly gradientReads?: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] }
  /** Multiply-accumulate operations for the given shapes; 0 when absent. */
  macs?(context: NodeContext<A>): number
  /** Executor layout of the parameter at an input, and back; absent: as in ONNX. */
  pack?(context: NodeContext<A>, index: number, parameter: TensorData): PackedParameter
  unpack?(context: NodeContext<A>, index: number, packed: Float32Array): TensorData
}

/** An operator with its attribute type hidden: callers pass nodes, the operator parses their attributes once. */
export interface Operator extends Omit<OperatorDefinition<unknown>, 'attributes' | 'layout'> {
  readonly kind: 'operator'
  readonly attributeNames: readonly string[]
  /** Parsed attributes of a node; throws `badInput` naming the node. */
  parse(node: Node): unknown
  layoutOf(context: NodeContext<unknown>): LayoutRule
}

/** Marks attributes that the executor sets and no file may. */
export const internal = { internal: true } as const

const isInternal = (field: unknown): boolean => field instanceof z.ZodType && field.meta()?.['internal'] === true

type Wrapped<A, C extends { readonly attributes: A }> = Omit<C, 'attributes'> & { readonly attributes: unknown }

/** Declares an operator: the one export of its file. */
export function defineOperator<A>(definition: OperatorDefinition<A>): Operator {
  const { attributes: schema, layout, gradient, macs, pack, unpack, ...rest } = definition
  const parsed = new WeakMap<Node, A>()
  const parse = (node: Node): A => {
    const known = parsed.get(node)
    if (known !== undefined) return known
    const fresh = parseAttributes(schema, node)
    parsed.set(node, fresh)
    return fresh
  }
  const typed = <C extends NodeContext<A>>(context: Wrapped<A, C>): C =>
    ({ ...context, attributes: parse(context.node) }) as Wrapped<A, C> & { attributes: A } as C
  return {
    ...rest,
    kind: 'operator',
    attributeNames:
      schema instanceof z.ZodObject
        ? Object.entries(schema.shape)
            .filter(([, field]) => !isInternal(field))
            .map(([name]) => name)
        : [],
    parse,
    layoutOf: (context) => (typeof layout === 'function' ? layout(typed<NodeContext<A>>(context)) : layout),
    shape: (context) => definition.shape(typed<NodeContext<A>>(context)),
    forward: (context) => definition.forward(typed<ForwardContext<A>>(context)),
    ...(gradient && { gradient: (context: GradientContext<unknown>) => gradient(typed<GradientContext<A>>(context)) }),
    ...(macs && { macs: (context: NodeContext<unknown>) => macs(typed<NodeContext<A>>(context)) }),
    ...(pack && {
      pack: (context: NodeContext<unknown>, index: number, parameter: TensorData) =>
        pack(typed<NodeContext<A>>(context), index, parameter),
    }),
    ...(unpack && {
      unpack: (context: NodeContext<unknown>, index: number, packed: Float32Array) =>
        unpack(typed<NodeContext<A>>(context), index, packed),
    }),
  }
}

function parseAttributes<A>(schema: z.ZodType<A>, node: Node): A {
  const result = schema.safeParse(node.attributes)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new NNOptError(
    'badInput',
    `node '${node.name}' (${node.op}): attribute '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'invalid'}`,
    { node: node.name, op: node.op },
  )
}
