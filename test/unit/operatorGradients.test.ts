import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { physicalAxis, physicalShape } from '../../src/core/execute/layout'
import type { Attributes, Node } from '../../src/core/graph/graph'
import { floatTensor, intTensor, isFloat, sizeOf, tensorData } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { operators } from '../../src/core/ops'
import { backends } from '../../src/node/backends/index'
import type { RunningBackend } from '../../src/node/backends/index'
import { inScope } from '../helpers/inScope'
import type { ForwardContext, GradientContext, LayoutRule, Operator, Shape } from '../../src/core/ops/operator'

const available = new Map(
  await Promise.all(
    backends.list().map(async (backend) => [backend.id, (await backend.available()).available] as const),
  ),
)

/** A shape stands for a computed operand, a tensor for a constant one, undefined for an absent one. */
type Operand = Shape | TensorData | undefined

interface GradientCase {
  readonly op: string
  readonly what?: string
  readonly inputs: readonly Operand[]
  readonly attributes?: Attributes
  readonly outputs?: number
  readonly training?: boolean
  readonly layout?: LayoutRule
  /** Maps noise in (−1, 1) to the operand: away from kinks and poles. */
  readonly values?: (noise: number, index: number) => number
}

const image: Shape = [2, 4, 5, 6]
const positive = (noise: number): number => 1.5 + noise
/** Distinct values, so that no small step changes which one is the largest. */
const distinct = (_noise: number, index: number): number => ((index * 37) % 241) / 40 - 3
/** At least 0.1 away from the next integer. */
const betweenIntegers = (noise: number, index: number): number => (index % 5) + 0.5 + 0.4 * noise
/** At least 0.1 away from zero. */
const offZero = (noise: number): number => noise + Math.sign(noise) * 0.1

const cases: readonly GradientCase[] = [
  { op: 'Add', inputs: [image, [4, 1, 1]], layout: 'plain' },
  { op: 'Add', what: 'scalar', inputs: [image, []] },
  { op: 'Sub', inputs: [[1, 4, 1, 1], image] },
  { op: 'Mul', inputs: [image, [2, 4, 1, 1]] },
  { op: 'Mul', what: 'lower rank', inputs: [[6], [3, 6]], layout: 'plain' },
  { op: 'Div', inputs: [image, [2, 4, 1, 1]], values: positive },
  { op: 'Relu', inputs: [image], values: offZero },
  {
    op: 'Clip',
    inputs: [image, floatTensor([], [-0.5]), floatTensor([], [0.5])],
    values: (noise) => noise + Math.sign(Math.abs(noise) - 0.5) * Math.sign(noise) * 0.05,
  },
  {
    op: 'Clip',
    what: 'relu6',
    inputs: [image, floatTensor([], [0]), floatTensor([], [6])],
    values: (noise) => 4 * offZero(noise),
  },
  { op: 'LeakyRelu', inputs: [image], attributes: { alpha: 0.2 }, values: offZero },
  { op: 'PRelu', inputs: [image, floatTensor([4, 1, 1], [0.2, -0.1, 0.5, 0.3])], values: offZero },
  { op: 'PRelu', what: 'shared', inputs: [image, floatTensor([1], [0.2])], values: offZero },
  { op: 'Sigmoid', inputs: [image] },
  { op: 'Tanh', inputs: [image] },
  {
    op: 'HardSigmoid',
    inputs: [image],
    attributes: { alpha: 0.3, beta: 0.4 },
    values: (noise) => 2 * noise + (noise > 0 ? 0.2 : 0),
  },
  { op: 'HardSwish', inputs: [image], values: (noise) => 2.9 * noise },
  { op: 'HardSwish', what: 'outside', inputs: [image], values: (noise) => 5 * Math.sign(noise) + noise },
  ...['Exp', 'Neg', 'Sin', 'Cos', 'Erf', 'Softplus', 'Mish', 'Gelu'].map((op): GradientCase => ({
    op,
    inputs: [image],
  })),
  ...['Log', 'Sqrt', 'Reciprocal'].map((op): GradientCase => ({ op, inputs: [image], values: positive })),
  ...['Abs', 'Sign', 'Elu', 'Celu', 'Selu'].map((op): GradientCase => ({ op, inputs: [image], values: offZero })),
  ...['Ceil', 'Floor'].map((op): GradientCase => ({ op, inputs: [image], values: betweenIntegers })),
  { op: 'Round', inputs: [image], values: (noise, index) => betweenIntegers(noise, index) - 0.5 },
  { op: 'Celu', what: 'steeper', inputs: [image], attributes: { alpha: 0.5 }, values: offZero },
  { op: 'ThresholdedRelu', inputs: [image], attributes: { alpha: 0.5 }, values: (noise) => 0.5 + offZero(noise) },
  { op: 'Gelu', what: 'by tanh', inputs: [image], attributes: { approximate: 'tanh' } },
  { op: 'Pow', inputs: [image, [4, 1, 1]], values: positive, layout: 'plain' },
  { op: 'Pow', what: 'square', inputs: [image, tensorData('int64', [], [2])] },
  { op: 'Max', inputs: [image, [2, 4, 1, 1]] },
  { op: 'Min', inputs: [image, [2, 4, 1, 1]] },
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op): GradientCase => ({
    op,
    inputs: [image, floatTensor([], [0])],
    values: offZero,
  })),
  { op: 'Where', inputs: [tensorData('bool', [4, 1, 1], [1, 0, 1, 0]), image, [6]], layout: 'plain' },
  { op: 'ArgMax', inputs: [[3, 5]], attributes: { axis: 1 }, values: distinct },
  { op: 'ReduceSum', inputs: [image, intTensor([2, 3])] },
  { op: 'ReduceMax', inputs: [image], attributes: { axes: [2, 3] }, values: distinct },
  { op: 'ReduceMin', inputs: [image], attributes: { axes: [1], keepdims: 0 }, values: distinct },
  { op: 'ReduceL2', inputs: [image], attributes: { axes: [-1] }, values: positive },
  { op: 'LayerNormalization', inputs: [[2, 3, 6], [6], [6]] },
  { op: 'LayerNormalization', what: 'without a shift', inputs: [image, [5, 6]], attributes: { axis: 2 } },
  { op: 'InstanceNormalization', inputs: [image, [4], [4]] },
  { op: 'InstanceNormalization', what: 'of rank 3', inputs: [[2, 4, 6], [4], [4]] },
  { op: 'GroupNormalization', inputs: [image, [4], [4]], attributes: { num_groups: 2 } },
  { op: 'Resize', inputs: [image, undefined, floatTensor([4], [1, 1, 2, 1.5])] },
  {
    op: 'Resize',
    what: 'linear sizes',
    inputs: [image, undefined, undefined, intTensor([0, 4, 3, 9])],
    attributes: { mode: 'linear' },
  },
  {
    op: 'ConvTranspose',
    inputs: [image, floatTensor([4, 3, 3, 2], noises(72)), floatTensor([3], noises(3))],
    attributes: { strides: [2, 1], pads: [1, 0, 0, 1], output_padding: [1, 0] },
  },
  {
    op: 'ConvTranspose',
    what: 'grouped',
    inputs: [image, floatTensor([4, 3, 2, 2], noises(48))],
    attributes: { strides: [2, 2], group: 2 },
  },
  { op: 'DepthToSpace', inputs: [image], attributes: { blocksize: 2 } },
  { op: 'DepthToSpace', what: 'columns first', inputs: [image], attributes: { blocksize: 2, mode: 'CRD' } },
  { op: 'SpaceToDepth', inputs: [[2, 3, 4, 6]], attributes: { blocksize: 2 } },
  { op: 'Expand', inputs: [[1, 1, 4], intTensor([2, 3, 1])] },
  { op: 'Expand', what: 'to the batch', inputs: [[1, 1, 4], intTensor([-1, 3, 4]), image] },
  { op: 'Tile', inputs: [[2, 3], intTensor([2, 1])] },
  { op: 'GatherElements', inputs: [[3, 4], tensorData('int64', [2, 4], [0, 2, -1, 0, 1, 1, 0, 2])] },
  { op: 'GatherND', inputs: [[3, 4], tensorData('int64', [3, 1], [2, 0, 2])] },
  {
    op: 'MatMul',
    what: 'of rank 3',
    inputs: [
      [2, 3, 4],
      [4, 2],
    ],
  },
  {
    op: 'MatMul',
    what: 'broadcast',
    inputs: [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    layout: 'plain',
  },
  { op: 'Softmax', inputs: [[3, 5]] },
  { op: 'Softmax', what: 'channels', inputs: [image], attributes: { axis: 1 } },
  { op: 'Concat', inputs: [image, [2, 3, 5, 6]], attributes: { axis: 1 } },
  { op: 'Split', inputs: [image, intTensor([1, 3])], attributes: { axis: 1 }, outputs: 2 },
  { op: 'Split', what: 'equal rows', inputs: [[2, 3, 6, 2]], attributes: { axis: -2 }, outputs: 3 },
  { op: 'Slice', inputs: [image, intTensor([1, 1]), intTensor([3, -1]), intTensor([1, 3])] },
  {
    op: 'Slice',
    what: 'steps',
    inputs: [image, intTensor([1, 0]), intTensor([99, 5]), intTensor([2, 3]), intTensor([2, 3])],
  },
  { op: 'Gather', inputs: [image, intTensor([3, 0, 3])], attributes: { axis: 1 } },
  { op: 'Gather', what: 'a shuffle', inputs: [image, intTensor([2, 0, 3, 1])], attributes: { axis: 1 } },
  { op: 'Gather', what: 'some of the channels', inputs: [image, intTensor([3, 1])], attributes: { axis: 1 } },
  { op: 'Gather', what: 'single index', inputs: [image, tensorData('int64', [], [-2])], attributes: { axis: 2 } },
  { op: 'Pad', inputs: [image, intTensor([0, 1, 1, 0, 0, 0, 2, 1])] },
  { op: 'Pad', what: 'reflect', inputs: [image, intTensor([0, 0, 2, 1, 0, 0, 1, 3])], attributes: { mode: 'reflect' } },
  {
    op: 'MaxPool',
    inputs: [image],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
    values: distinct,
  },
  {
    op: 'MaxPool',
    what: 'ceil',
    inputs: [image],
    attributes: { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 },
    values: distinct,
  },
  { op: 'AveragePool', inputs: [image], attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] } },
  {
    op: 'AveragePool',
    what: 'counted padding',
    inputs: [image],
    attributes: { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
  {
    op: 'AveragePool',
    what: 'ceil',
    inputs: [image],
    attributes: { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 },
  },
  { op: 'GlobalAveragePool', inputs: [image] },
  { op: 'ReduceMean', inputs: [image], attributes: { axes: [2, 3], keepdims: 1 } },
  { op: 'ReduceMean', what: 'dropped', inputs: [image], attributes: { axes: [-1], keepdims: 0 } },
  { op: 'Transpose', inputs: [image], attributes: { perm: [0, 2, 3, 1] } },
  { op: 'Reshape', inputs: [image, intTensor([0, -1])] },
  { op: 'Flatten', inputs: [image], attributes: { axis: 1 } },
  { op: 'Squeeze', inputs: [[2, 4, 1, 1], intTensor([2, 3])] },
  { op: 'Unsqueeze', inputs: [[2, 4], intTensor([2, 3])] },
  { op: 'Identity', inputs: [image] },
  { op: 'Cast', inputs: [image], attributes: { to: 1 } },
  {
    op: 'MatMul',
    inputs: [
      [3, 4],
      [4, 2],
    ],
  },
  { op: 'Gemm', inputs: [[3, 4], [4, 2], [2]], attributes: { alpha: 0.5, beta: 2 } },
  {
    op: 'Gemm',
    what: 'transposed',
    inputs: [
      [4, 3],
      [2, 4],
      [1, 2],
    ],
    attributes: { transA: 1, transB: 1 },
  },
  {
    op: 'Conv',
    inputs: [image, floatTensor([6, 4, 3, 3], noises(216)), floatTensor([6], noises(6))],
    attributes: { strides: [2, 1], pads: [1, 0, 1, 2] },
  },
  {
    op: 'Conv',
    what: 'dilated',
    inputs: [image, floatTensor([3, 4, 2, 2], noises(48))],
    attributes: { dilations: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    what: 'dilated and strided',
    inputs: [image, floatTensor([3, 4, 2, 2], noises(48))],
    attributes: { dilations: [2, 2], pads: [1, 1, 1, 1], strides: [2, 2] },
  },
  {
    op: 'Conv',
    what: 'grouped',
    inputs: [image, floatTensor([6, 2, 3, 3], noises(108))],
    attributes: { group: 2, pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    what: 'depthwise',
    inputs: [image, floatTensor([4, 1, 3, 3], noises(36))],
    attributes: { group: 4, pads: [1, 1, 1, 1], strides: [2, 2] },
  },
  {
    op: 'Conv',
    what: 'depthwise with multiplier',
    inputs: [image, floatTensor([8, 1, 3, 3], noises(72))],
    attributes: { group: 4, pads: [1, 1, 1, 1] },
  },
  { op: 'LRN', inputs: [[2, 6, 2, 3]], attributes: { size: 3, alpha: 0.6, beta: 0.7, bias: 1.2 } },
  { op: 'LRN', what: 'even size', inputs: [[2, 6, 2, 3]], attributes: { size: 4, alpha: 0.6, beta: 0.7, bias: 1.2 } },
  {
    op: 'BatchNormalization',
    what: 'batch statistics',
    inputs: [image, [4], [4], floatTensor([4], [0, 0, 0, 0]), floatTensor([4], [1, 1, 1, 1])],
    training: true,
  },
  {
    op: 'BatchNormalization',
    what: 'running statistics',
    inputs: [image, [4], [4], floatTensor([4], [0.1, 0, -0.2, 0.3]), floatTensor([4], [1, 2, 0.5, 1])],
  },
]

/** Reproducible values in (−1, 1). */
function noises(count: number, seed = 1): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, index) => 2 * ((Math.imul(index + 1 + 977 * seed, 2654435761) >>> 0) / 2 ** 32) - 1,
  )
}

const isConstant = (operand: Operand): operand is TensorData => operand !== undefined && 'dtype' in operand
const shapeOf = (operand: Operand): Shape =>
  operand === undefined ? [] : isConstant(operand) ? operand.shape : operand

/** One operator call with everything but its operands fixed. */
function prepare({ op, inputs, attributes = {}, outputs = 1, training = false, layout, values }: GradientCase) {
  const operator: Operator = operators.get(op)
  const node: Node = {
    name: op,
    op,
    inputs: inputs.map((operand, index) => (operand === undefined ? '' : `i${index}`)),
    outputs: Array.from({ length: outputs }, (_, index) => `o${index}`),
    attributes,
  }
  const shapes = inputs.map(shapeOf)
  const base = {
    node,
    attributes: operator.parse(node),
    shapes,
    constant: (index: number) => (isConstant(inputs[index]) ? inputs[index] : undefined),
  }
  const rule = layout ?? operator.layoutOf(base)
  const channelsLast = rule !== 'plain' && shapes[0]!.length === 4
  const physical = shapes.map((shape) => physicalShape(shape, channelsLast))
  const starts = inputs.map((operand, index): { readonly shape: Shape; readonly data: Float32Array } | undefined => {
    if (operand === undefined || (isConstant(operand) && !isFloat(operand.dtype))) return undefined
    if (isConstant(operand))
      return operator.pack?.(base, index, operand) ?? { shape: operand.shape, data: Float32Array.from(operand.data) }
    const data = noises(sizeOf(operand), index + 1).map((noise, at) => values?.(noise, at) ?? noise)
    return { shape: physical[index]!, data }
  })
  const context = {
    ...base,
    outputShapes: operator.shape(base),
    physicalShapes: physical,
    channelsLast,
    axisOf: (axis: number, rank: number) => physicalAxis(axis, rank, channelsLast),
  }
  return { operator, context, starts, training }
}

/** Positions whose gradient is looked at: those that the operator answers for. */
const checked = (op: string, index: number): boolean =>
  !(op === 'BatchNormalization' && index > 2) && !(['Clip', 'Resize'].includes(op) && index > 0)

type Arrays = readonly (Float32Array | undefined)[]

/** The operator's gradients on the active backend, and the loss that they belong to. */
async function analytic({
  operator,
  context,
  starts,
  training,
}: ReturnType<typeof prepare>): Promise<{ readonly gradients: Arrays; loss(data: Arrays): number }> {
  const tensorsOf = (data: readonly (Float32Array | undefined)[]): (tf.Tensor | undefined)[] =>
    data.map((each, index) => each && tf.tensor(each, [...(starts[index]?.shape ?? [])]))
  const forward = (inputs: readonly (tf.Tensor | undefined)[], saved: tf.Tensor[]): readonly tf.Tensor[] => {
    const full: ForwardContext<unknown, 0> = {
      ...context,
      training,
      inputs,
      save: (...tensors) => void saved.push(...tensors),
      updateStatistic: () => undefined,
    }
    return operator.forward(full)
  }
  const weightsOf = (outputs: readonly tf.Tensor[]): tf.Tensor[] =>
    outputs.map((output, index) => tf.tensor(noises(output.size, 50 + index), output.shape))
  const loss = (data: readonly (Float32Array | undefined)[]): number =>
    tf.tidy(() => {
      const outputs = forward(tensorsOf(data), [])
      const weights = weightsOf(outputs)
      // Summed in float64: float32 sums would drown the small differences.
      const products = outputs.flatMap((output, at) => {
        const weight = weights[at]!.dataSync()
        return Array.from(output.dataSync(), (value, index) => value * weight[index]!)
      })
      return products.reduce((sum, product) => sum + product, 0)
    })
  const gradients = await inScope(async () => {
    const saved: tf.Tensor[] = []
    const inputs = tensorsOf(starts.map((start) => start?.data))
    const outputs = forward(inputs, saved)
    const full: GradientContext<unknown, 0> = {
      ...context,
      inputs,
      outputs,
      saved,
      dOutputs: weightsOf(outputs),
      wants: () => true,
    }
    return Promise.all(
      operator.gradient?.(full).map(async (gradient) => gradient && Float32Array.from(await gradient.data())) ?? [],
    )
  })
  return { gradients, loss }
}

/** float32 loses about 1e-7 of a value; a step of 1e-2 leaves a slope good to about 1e-4, and the curvature of these functions adds less than 1e-3. */
const step = 1e-2
const tolerance = 3e-3

const titled = cases.map((each) => ({ ...each, title: each.what ? `${each.op}, ${each.what}` : each.op }))

interface Slope {
  readonly input: number
  readonly position: number
  readonly expected: number
}

/** Finite differences at some positions of every operand, by title. */
const slopes = new Map<string, readonly Slope[]>()

const wasm = backends.get('wasm')

/** All on one backend: the loss is read at once there. */
async function measureSlopes(): Promise<void> {
  const running = await wasm.create()
  for (const each of titled) {
    const prepared = prepare(each)
    const { loss } = await analytic(prepared)
    slopes.set(
      each.title,
      prepared.starts.flatMap((start, input) => {
        if (!start || !checked(each.op, input)) return []
        const chosen = new Set(Array.from({ length: 24 }, (_, at) => Math.floor((at * start.data.length) / 24)))
        return [...chosen].map((position) => {
          const moved = (delta: number): number =>
            loss(
              prepared.starts.map((own, at) =>
                at === input && own
                  ? own.data.map((value, where) => (where === position ? value + delta : value))
                  : own?.data,
              ),
            )
          return { input, position, expected: (moved(step) - moved(-step)) / (2 * step) }
        })
      }),
    )
  }
  running.dispose()
}

/** The greatest deviation from finite differences that was seen, relative where the slope is above 1, by operator and backend. */
const deviations = new Map<string, Map<string, number>>()

function note(title: string, id: string, deviation: number): void {
  const row = deviations.get(title) ?? new Map<string, number>()
  deviations.set(title, row.set(id, Math.max(row.get(id) ?? 0, deviation)))
}

/** NNOPT_WRITE_TABLES=1 brings docs/results/gradients.md up to date. */
function writeTable(): void {
  if (process.env.NNOPT_WRITE_TABLES !== '1') return
  const cell = (title: string, id: string): string => deviations.get(title)?.get(id)?.toExponential(1) ?? '–'
  const rows = titled.map(({ title }) => `| ${title} | ${backends.ids.map((id) => cell(title, id)).join(' | ')} |`)
  writeFileSync(
    join(import.meta.dirname, '..', '..', 'docs', 'results', 'gradients.md'),
    `# Gradients of every operator on every backend

The greatest deviation from central differences (step ${step}, up to 24 positions of every operand, computed on wasm and summed in double precision), relative where the slope is above 1; the
test \`test/unit/operatorGradients.test.ts\` allows ${tolerance}. float32 and the step leave about 1e-3 of it. WebGPU ran on SwiftShader. The kernels of training are compared with PyTorch as
well, to 2e-5, by \`test/golden/kernels.test.ts\`. Written by \`NNOPT_WRITE_TABLES=1 npx vitest run test/unit/operatorGradients.test.ts\`; – where a backend was not there.

| operator | ${backends.ids.join(' | ')} |
| --- |${backends.ids.map(() => ' --- |').join('')}
${rows.join('\n')}
`,
  )
}

beforeAll(measureSlopes)
afterAll(writeTable)

describe.each(backends.ids)('operator gradients on %s agree with finite differences', (id) => {
  if (!available.get(id)) return void it.skip(`${id} is not installed`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get(id).create()
  })
  afterAll(() => running.dispose())

  it.each(titled)('$title', async (each) => {
    const prepared = prepare(each)
    const before = tf.memory().numTensors
    const { gradients } = await analytic(prepared)
    expect(tf.memory().numTensors).toBe(before)
    const known = slopes.get(each.title) ?? []
    expect(known.length).toBeGreaterThan(0)
    for (const { input, position, expected } of known) {
      expect(gradients[input]?.length, `gradient by input ${input}`).toBe(prepared.starts[input]?.data.length)
      const actual = gradients[input]?.[position] ?? NaN
      note(each.title, id, Math.abs(actual - expected) / Math.max(1, Math.abs(expected)))
      expect(
        Math.abs(actual - expected),
        `input ${input}, element ${position}: got ${actual}, expected ${expected}`,
      ).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)))
    }
  })
})

describe('the table of gradients', () => {
  it('covers every operator that has a gradient', () => {
    const covered = new Set(cases.map(({ op }) => op))
    expect(
      operators
        .list()
        .filter((operator) => operator.gradient && !covered.has(operator.id))
        .map(({ id }) => id),
    ).toEqual([])
  })

  it('leaves only quantized operators without one', () => {
    expect(
      operators
        .list()
        .filter((operator) => !operator.gradient)
        .map(({ id }) => id),
    ).toEqual(['DequantizeLinear', 'QuantizeLinear'])
  })
})
