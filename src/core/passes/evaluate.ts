import type { AtLeast, Count } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { operatorOf } from '../ops/nodeFacts'
import type { Node } from '../graph/graph'
import { sizeOf, tensorData, transpose } from '../graph/tensorData'
import type { DataType, TensorData } from '../graph/tensorData'
import {
  concatenate,
  elementwise,
  filled,
  gather,
  range,
  reshaped,
  resolveShape,
  slice,
  TooLarge,
  unsqueeze,
} from './constantTensors'
import { batchNormalized, cumulated, positive, reduced, scattered, sumOf } from './weightArithmetic'

type Inputs = readonly (TensorData | undefined)[]
type Evaluator = (node: Node, inputs: Inputs) => TensorData
type Taken<N extends Count> = AtLeast<N, TensorData, TensorData | undefined>

const starts = <N extends Count>(count: N, inputs: Inputs): inputs is Taken<N> =>
  inputs.slice(0, count).filter(Boolean).length === count

/** All inputs of an operator that takes any number. */
const present = (inputs: Inputs): readonly TensorData[] => inputs.filter((input) => input !== undefined)

/** An evaluator of operators that need their first inputs, and may have more. */
const taking =
  <N extends Count>(count: N, run: (node: Node, inputs: Taken<N>) => TensorData): Evaluator =>
  (node, inputs) => {
    if (starts(count, inputs)) return run(node, inputs)
    throw new RangeError(`expected at least ${count} inputs, got ${inputs.length}`)
  }

/**
 * Computes the operators of shape arithmetic and weight preparation on constants; undefined for any other operator.
 * Throws `badInput` naming the node when an input is missing or they do not fit together, `unsupported`
 * when the result would have more than 2^26 elements.
 */
export function evaluate(node: Node, inputs: Inputs): TensorData | undefined {
  try {
    return (evaluators[node.op] ?? scalarEvaluator(node))?.(node, inputs)
  } catch (cause) {
    const [code, reason] =
      cause instanceof TooLarge
        ? (['unsupported', cause.message] as const)
        : (['badInput', 'its constant inputs do not fit together'] as const)
    throw new NNOptError(code, `node '${node.name}' (${node.op}): ${reason}`, { node: node.name }, { cause })
  }
}

/** ONNX's Shape reads no numbers, only the shape: it is gone after import, and therefore no operator of the registry. */
export const isShapeQuery = ({ op }: Pick<Node, 'op'>): boolean => op === 'Shape'

export const isEvaluable = (op: string): boolean => op in evaluators || operatorOf({ op })?.scalar !== undefined

/** An operator that maps every number by itself says how. */
function scalarEvaluator(node: Node): Evaluator | undefined {
  const compute = operatorOf(node)?.scalar?.(node)
  return compute && taking(1, (_, [x]) => tensorData(x.dtype, x.shape, x.data.map(compute)))
}

const list = (tensor: TensorData | undefined): readonly number[] => (tensor ? [...tensor.data] : [])

/** ONNX TensorProto.DataType of Cast's `to`, as far as shape arithmetic and weights use it. */
const castTargets: Readonly<Record<number, DataType>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float32',
  11: 'float32',
  2: 'uint8',
  3: 'int8',
}

const boolean = ({ shape, data }: TensorData): TensorData => tensorData('bool', shape, Uint8Array.from(data))

const tiled = (x: TensorData, repeats: readonly number[]): TensorData =>
  repeats.reduce((current, count, axis) => concatenate(new Array<TensorData>(count).fill(current), axis), x)

const comparing = (holds: (x: number, y: number) => boolean): Evaluator =>
  taking(2, (_, [a, b]) => boolean(elementwise(a, b, (x, y) => Number(holds(x, y)))))

const reducing = (join: (values: readonly number[]) => number): Evaluator =>
  taking(1, (node, [x, axes]) => reduced(node, x, axes, join))

/** By name, with ONNX's integer arithmetic: many of these occur in files only, and none of them is left after import. */
const evaluators: Readonly<Record<string, Evaluator>> = {
  Identity: taking(1, (_, [x]) => x),
  Cast: taking(1, ({ attributes }, [x]) => tensorData(castTargets[Number(attributes.to)] ?? x.dtype, x.shape, x.data)),
  Add: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x + y)),
  Sub: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x - y)),
  Mul: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x * y)),
  Div: taking(2, (_, [a, b]) =>
    elementwise(a, b, (x, y) => (a.dtype === 'int64' || a.dtype === 'int32' ? Math.trunc(x / y) : x / y)),
  ),
  Pow: taking(2, (_, [a, b]) => elementwise(a, b, (x, y) => x ** y)),
  Min: (_, inputs) => present(inputs).reduce((a, b) => elementwise(a, b, Math.min)),
  Max: (_, inputs) => present(inputs).reduce((a, b) => elementwise(a, b, Math.max)),
  Equal: comparing((x, y) => x === y),
  Greater: comparing((x, y) => x > y),
  GreaterOrEqual: comparing((x, y) => x >= y),
  Less: comparing((x, y) => x < y),
  LessOrEqual: comparing((x, y) => x <= y),
  And: comparing((x, y) => x !== 0 && y !== 0),
  Or: comparing((x, y) => x !== 0 || y !== 0),
  Not: taking(1, (_, [x]) => boolean({ ...x, data: x.data.map((value) => Number(!value)) })),
  Mod: taking(2, ({ attributes }, [a, b]) =>
    elementwise(a, b, (x, y) => (attributes.fmod ? x % y : x - y * Math.floor(x / y))),
  ),
  ReduceMean: reducing((values) => sumOf(values) / values.length),
  ReduceSum: reducing(sumOf),
  ReduceMax: reducing((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
  ReduceMin: reducing((values) => values.reduce((a, b) => Math.min(a, b), Infinity)),
  ReduceProd: reducing((values) => values.reduce((a, b) => a * b, 1)),
  ReduceL2: reducing((values) => Math.sqrt(sumOf(values.map((value) => value ** 2)))),
  CumSum: taking(2, ({ attributes }, [x, axis]) => cumulated(x, axis.data[0] ?? 0, attributes)),
  BatchNormalization: taking(3, ({ attributes }, [x, scale, shift]) =>
    batchNormalized(x, scale, shift, Number(attributes.epsilon ?? 1e-5)),
  ),
  Size: taking(1, (_, [x]) => tensorData('int64', [], [x.data.length])),
  Flatten: taking(1, ({ attributes }, [x]) => {
    const axis = positive(Number(attributes.axis ?? 1), x.shape.length)
    return reshaped(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])
  }),
  Tile: taking(2, (_, [x, repeats]) => tiled(x, list(repeats))),
  ScatterND: taking(3, (_, [x, places, updates]) => scattered(x, places, updates)),
  Where: taking(3, (_, [condition, a, b]) => {
    const chosen = { ...condition, dtype: a.dtype }
    return elementwise(
      elementwise(chosen, a, (keep, x) => (keep ? x : 0)),
      elementwise(chosen, b, (keep, y) => (keep ? 0 : y)),
      (x, y) => x + y,
    )
  }),
  Concat: ({ attributes }, inputs) => concatenate(present(inputs), Number(attributes.axis ?? 0)),
  Gather: taking(2, ({ attributes }, [x, indices]) => gather(x, indices, Number(attributes.axis ?? 0))),
  Slice: taking(1, (_, [x, starts, ends, axes, steps]) =>
    slice(x, list(starts), list(ends), axes ? list(axes) : list(starts).map((_start, axis) => axis), list(steps)),
  ),
  Squeeze: taking(1, (_, [x, axes]) =>
    reshaped(
      x,
      x.shape.filter((dim, axis) =>
        axes
          ? !list(axes)
              .map((a) => positive(a, x.shape.length))
              .includes(axis)
          : dim !== 1,
      ),
    ),
  ),
  Unsqueeze: taking(1, (_, [x, axes]) => unsqueeze(x, list(axes))),
  Reshape: taking(1, (_, [x, shape]) => reshaped(x, resolveShape(x, list(shape)))),
  Transpose: taking(1, ({ attributes }, [x]) =>
    transpose(
      x,
      (attributes.perm as readonly number[] | undefined) ?? x.shape.map((_dim, axis) => x.shape.length - 1 - axis),
    ),
  ),
  ConstantOfShape: taking(1, ({ attributes }, [shape]) =>
    filled(list(shape), attributes.value as TensorData | undefined),
  ),
  Expand: taking(2, (_, [x, shape]) =>
    elementwise(x, filled(list(shape), tensorData(x.dtype, [1], [1])), (value) => value),
  ),
  Range: taking(3, (_, [start, limit, delta]) => range(start.data[0]!, limit.data[0]!, delta.data[0]!)),
}
