import { NNOptError } from '../../shared/errors'
import type { AttributeValue, Node } from '../graph/graph'
import { floatTensor, intTensor } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { flattens } from '../passes/canonicalForms'

/** What a rule may use: the file's opset, and a place for constants that the canonical form has as inputs. */
export interface UpgradeContext {
  readonly opset: number
  readonly fileName: string
  constant(name: string): TensorData | undefined
  /** Whether a value depends on constants alone: it is folded. */
  isConstant(name: string): boolean
  /** Adds an initializer and returns its name. */
  addConstant(name: string, value: TensorData): string
}

type Rule = (node: Node, context: UpgradeContext) => Node

/** Brings a node of any supported opset to the form of opset 17, which is the only one that the rest of the program knows. */
export function upgradeNode(node: Node, context: UpgradeContext): Node {
  return rules[node.op]?.(node, context) ?? node
}

const without = (node: Node, ...names: readonly string[]): Node => ({
  ...node,
  attributes: Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name))),
})

/** Turns list attributes of older opsets into the constant inputs that replaced them. */
function attributesToInputs(node: Node, context: UpgradeContext, names: readonly string[]): Node {
  if (!names.some((name) => name in node.attributes)) return node
  const inputs = names.map((name) =>
    node.attributes[name] === undefined
      ? ''
      : context.addConstant(`${node.outputs[0]}.${name}`, toTensor(name, node.attributes[name])),
  )
  return trimmed(without({ ...node, inputs: [node.inputs[0]!, ...inputs] }, ...names))
}

const scalarNames: ReadonlySet<string> = new Set(['min', 'max', 'value'])

const toTensor = (name: string, value: AttributeValue): TensorData =>
  scalarNames.has(name)
    ? floatTensor([], [Number(value)])
    : intTensor(typeof value === 'number' ? [value] : (value as readonly number[]))

/** Trailing absent inputs need no empty names. */
function trimmed(node: Node): Node {
  const last = node.inputs.findLastIndex((name) => name !== '')
  return { ...node, inputs: node.inputs.slice(0, last + 1) }
}

/** Reductions carry their axes as an attribute until opset 17, as an input from 18; ReduceSum from 13. */
const reduction: Rule = (node, context) => {
  const [x = '', axesName] = node.inputs
  const axes = axesName ? context.constant(axesName) : undefined
  const isEmpty = axesName ? axes?.data.length === 0 : node.attributes.axes === undefined
  if (isEmpty && node.attributes.noop_with_empty_axes) return { ...node, op: 'Identity', inputs: [x], attributes: {} }
  if (!axesName) return without(node, 'noop_with_empty_axes')
  if (!axes)
    throw new NNOptError(
      'unsupported',
      `'${context.fileName}': node '${node.name}' (${node.op}): expected constant axes`,
      { node: node.name },
    )
  return without(
    { ...node, inputs: [x], attributes: { ...node.attributes, ...(axes.data.length > 0 && { axes: [...axes.data] }) } },
    'noop_with_empty_axes',
  )
}

/** An empty list of axes that changes nothing makes an Identity. */
const reduceSum: Rule = (node, context) => {
  const given = attributesToInputs(node, context, ['axes'])
  const axes = given.inputs[1] ? context.constant(given.inputs[1]) : undefined
  const isEmpty = given.inputs[1] ? axes?.data.length === 0 : true
  if (isEmpty && node.attributes.noop_with_empty_axes)
    return { ...given, op: 'Identity', inputs: given.inputs.slice(0, 1), attributes: {} }
  return without(given, 'noop_with_empty_axes')
}

/** Resize-10 has the scales as its second input and lies asymmetric; from opset 18 it may name the axes it changes. */
const resize: Rule = (node, { opset, fileName, constant }) => {
  if (opset < 11) return upsampled(node, node.inputs[1])
  const { antialias = 0, axes, keep_aspect_ratio_policy: policy = 'stretch' } = node.attributes
  if (antialias !== 0 || axes !== undefined || policy !== 'stretch')
    throw new NNOptError(
      'unsupported',
      `'${fileName}': node '${node.name}' (Resize): antialias, axes and an aspect ratio policy are not supported; export the model with opset 17 or earlier`,
      { node: node.name, op: node.op },
    )
  const roi = node.inputs[1] && constant(node.inputs[1])?.data.length === 0 ? '' : (node.inputs[1] ?? '')
  const sizes = node.inputs[3]
  const scales = node.inputs[2] && sizes && constant(node.inputs[2])?.data.length === 0 ? '' : (node.inputs[2] ?? '')
  return trimmed({
    ...without(node, 'antialias', 'axes', 'keep_aspect_ratio_policy'),
    inputs: [node.inputs[0] ?? '', roi, scales, sizes ?? ''],
  })
}

const upsampled = (node: Node, scales = ''): Node => ({
  ...node,
  op: 'Resize',
  inputs: [node.inputs[0] ?? '', '', scales],
  attributes: {
    mode: node.attributes.mode ?? 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  },
})

/** Upsample-9 has its scales as an input, Upsample-7 as an attribute. */
const upsample: Rule = (node, context) => {
  const { scales } = node.attributes
  const name = Array.isArray(scales)
    ? context.addConstant(`${node.outputs[0] ?? ''}.scales`, floatTensor([scales.length], scales.map(Number)))
    : node.inputs[1]
  return upsampled(node, name)
}

/** GroupNormalization-18 scales by group, which opset 21 took back. */
const groupNormalization: Rule = (node, { opset, fileName }) => {
  if (opset >= 21) return node
  throw new NNOptError(
    'unsupported',
    `'${fileName}': node '${node.name}' (GroupNormalization) scales by group, as in opsets 18 to 20 only; export the model with opset 17 or 21`,
    { node: node.name, op: node.op },
  )
}

/** Before opset 13 softmax flattened from `axis` (default 1) on. */
const softmax: Rule = (node, { opset }) => ({
  ...node,
  attributes: opset < 13 ? { axis: 1, ...node.attributes, [flattens]: 1 } : { axis: -1, ...node.attributes },
})

/** Attributes that change nothing while they hold these values; any other value is left, to be refused. */
const ifValue = (node: Node, idle: Readonly<Record<string, number>>): Node =>
  without(node, ...Object.keys(idle).filter((name) => node.attributes[name] === idle[name]))

const batchNormalization: Rule = (node, { fileName, isConstant }) => {
  if (node.attributes.training_mode && !isConstant(node.inputs[0] ?? '')) {
    throw new NNOptError(
      'unsupported',
      `'${fileName}': node '${node.name}' (BatchNormalization) is in training mode; export the model in inference mode (in PyTorch, call model.eval() before exporting)`,
      { node: node.name, op: node.op },
    )
  }
  return ifValue({ ...node, outputs: node.outputs.slice(0, 1) }, { spatial: 1 })
}

/** By name, as this is about how files write an operator and not about what it is. */
const rules: Readonly<Record<string, Rule>> = {
  Clip: (node, context) => attributesToInputs(node, context, ['min', 'max']),
  Squeeze: (node, context) => attributesToInputs(node, context, ['axes']),
  Unsqueeze: (node, context) => attributesToInputs(node, context, ['axes']),
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceL2: reduction,
  ReduceProd: reduction,
  ReduceSum: reduceSum,
  Resize: resize,
  Upsample: upsample,
  LayerNormalization: (node) => ({ ...node, outputs: node.outputs.slice(0, 1) }),
  GroupNormalization: groupNormalization,
  Softmax: softmax,
  // An equal split is the canonical default; num_outputs only repeats the count of outputs.
  Split: (node, context) =>
    without(
      attributesToInputs({ ...node, attributes: { axis: 0, ...node.attributes } }, context, ['split']),
      'num_outputs',
    ),
  Slice: (node, context) => attributesToInputs(node, context, ['starts', 'ends', 'axes']),
  Pad: (node, context) => attributesToInputs(node, context, ['pads', 'value']),
  BatchNormalization: batchNormalization,
  Dropout: (node) => ({
    ...node,
    op: 'Identity',
    inputs: node.inputs.slice(0, 1),
    outputs: node.outputs.slice(0, 1),
    attributes: {},
  }),
  Cast: (node) => without(node, 'saturate'),
  QuantizeLinear: (node) => ifValue(without(node, 'saturate'), { block_size: 0, output_dtype: 0, precision: 0 }),
  DequantizeLinear: (node) => ifValue(node, { block_size: 0, output_dtype: 0 }),
  MaxPool: (node) => without({ ...node, outputs: node.outputs.slice(0, 1) }, 'storage_order'),
}
