import { dispose, engine, type BackendValues, type DataId, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'
import { halfTypes, type HalfType } from '../../../../core/kernels/precision'
import { input, registerNative, TYPES, type OperationAttribute, type TensorflowKernelBackend } from './operations'

const HALVES: readonly number[] = halfTypes.map((type) => TYPES[type])

/** Sums and functions that lose too much precision in 16 bits: they compute in, and return, fp32. */
const WIDE: ReadonlySet<string> = new Set([
  'BiasAddGrad',
  'Exp',
  'Log',
  'Mean',
  'Prod',
  'Rsqrt',
  'Softmax',
  'SoftmaxCrossEntropyWithLogits',
  'Sqrt',
  'Sum',
])

/** Operations that specify the type of each operand themselves. */
const OWN_TYPES: ReadonlySet<string> = new Set(['Cast', 'FusedBatchNormV3', 'FusedBatchNormGradV3'])

/** This program's own operations with a bfloat16 kernel, and the operands they accept in it. */
const OWN_IN_BFLOAT16: Readonly<Record<string, readonly number[]>> = {
  NNOptBatchNorm: [0],
  NNOptBatchNormGradient: [0, 1],
  NNOptActivation: [0],
  NNOptActivationGradient: [0, 1],
  NNOptBiasActivation: [0, 1],
  NNOptConvInputGradient: [1, 2],
  NNOptConvFilterGradient: [0, 2],
  NNOptDepthwise: [0, 1],
  NNOptDepthwiseInputGradient: [1, 2],
  NNOptDepthwiseFilterGradient: [0, 2],
  NNOptPointwise: [0, 1],
  NNOptPointwiseInputGradient: [0, 1],
  NNOptPointwiseFilterGradient: [0, 1],
}

/** The others compute in fp32 between two conversions; only their first output is passed on to other layers. */
const isOwn = (name: string): boolean => name.startsWith('NNOpt')

interface OutputMetadata {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

/** The methods overridden in tfjs-node's NodeJSKernelBackend, which has no 16-bit types. */
interface Overridden {
  createOutputTensor(metadata: OutputMetadata): Tensor
  readSync(id: DataId): BackendValues
  executeSingleOutput(name: string, attributes: readonly OperationAttribute[], inputs: readonly TensorInfo[]): Tensor
}

type HalfBackend = TensorflowKernelBackend & Overridden

const knowing = new WeakSet<TensorflowKernelBackend>()

/** TF_DataType of a tensor's elements. */
const typeOf = (backend: TensorflowKernelBackend, { dataId }: TensorInfo): number => backend.tensorMap.get(dataId).dtype

/** Conversions between number formats. The first one patches the backend, so training in fp32 pays nothing. */
export function registerHalf(backend: TensorflowKernelBackend): void {
  registerNative('toHalf', (inputs, { type }) => {
    if (!knowing.has(backend)) teachHalf(backend as HalfBackend)
    return inType(backend, input(inputs, 'x'), TYPES[type as HalfType])
  })
  registerNative('toFloat', (inputs) => inType(backend, input(inputs, 'x'), TYPES.float32))
}

/**
 * Does nothing if the type already matches: some operations return fp32 filter gradients, and a teacher's weights are
 * converted only once.
 */
function inType(backend: TensorflowKernelBackend, x: TensorInfo, type: number): TensorInfo {
  if (typeOf(backend, x) !== type) return convert(backend, x, type)
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

function convert(backend: TensorflowKernelBackend, x: TensorInfo, to: number): Tensor {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL } = backend.binding
  const attributes = [
    { name: 'SrcT', type: TF_ATTR_TYPE, value: typeOf(backend, x) },
    { name: 'DstT', type: TF_ATTR_TYPE, value: to },
    { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
  ]
  return backend.executeMultipleOutputs('Cast', attributes, [x], 1)[0] as Tensor
}

/**
 * Lets the backend hold, compute with and read 16-bit tensors, which are float32 to tfjs. An operation with such an
 * operand converts its fp32 operands and computes in 16 bits, or in fp32 if it is WIDE.
 */
function teachHalf(backend: HalfBackend): void {
  knowing.add(backend)
  const { createOutputTensor, readSync, executeMultipleOutputs } = backend
  backend.createOutputTensor = (metadata) =>
    HALVES.includes(metadata.dtype) ? holdHalf(backend, metadata) : createOutputTensor.call(backend, metadata)
  backend.readSync = (id) =>
    HALVES.includes(backend.tensorMap.get(id).dtype) ? readHalf(backend, id) : readSync.call(backend, id)
  backend.executeMultipleOutputs = (name, attributes, inputs, outputs) => {
    const half = OWN_TYPES.has(name)
      ? undefined
      : inputs
          .map((tensor) => typeOfOperand(backend, tensor))
          .find((type) => type !== undefined && HALVES.includes(type))
    if (half === undefined) return executeMultipleOutputs.call(backend, name, attributes, inputs, outputs)
    const inHalf = half === TYPES.bfloat16 ? OWN_IN_BFLOAT16[name] : undefined
    const type = inHalf || !(WIDE.has(name) || isOwn(name)) ? half : TYPES.float32
    const operands = inputs.map((tensor, index) =>
      (inHalf?.includes(index) ?? true) ? operandIn(backend, tensor, type) : tensor,
    )
    const typed = attributes.map((attribute) =>
      attribute.type === backend.binding.TF_ATTR_TYPE && attribute.value === TYPES.float32
        ? { ...attribute, value: type }
        : attribute,
    )
    const results = executeMultipleOutputs.call(backend, name, typed, operands, outputs)
    dispose(operands.filter((operand, index) => operand !== inputs[index]) as Tensor[])
    return isOwn(name) && !inHalf ? firstIn(backend, half, results) : results
  }
  backend.executeSingleOutput = (name, attributes, inputs) =>
    backend.executeMultipleOutputs(name, attributes, inputs, 1)[0] as Tensor
}

/** tfjs-node passes 64-bit scalars as its own objects, which are not tensors. */
const typeOfOperand = (backend: HalfBackend, operand: TensorInfo): number | undefined =>
  'dataId' in operand ? typeOf(backend, operand) : undefined

function operandIn(backend: HalfBackend, operand: TensorInfo, type: number): TensorInfo {
  const own = typeOfOperand(backend, operand)
  const isReal = own === TYPES.float32 || (own !== undefined && HALVES.includes(own))
  return isReal && own !== type ? convert(backend, operand, type) : operand
}

function firstIn(backend: HalfBackend, type: number, [first, ...others]: readonly Tensor[]): Tensor[] {
  const converted = convert(backend, first as Tensor, type)
  first?.dispose()
  return [converted, ...others]
}

function holdHalf(backend: HalfBackend, { id, shape, dtype }: OutputMetadata): Tensor {
  const dataId = {}
  backend.tensorMap.set(dataId, { id, shape, dtype, values: null, refCount: 1 })
  return engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'float32' })
}

function readHalf(backend: HalfBackend, dataId: DataId): BackendValues {
  const { shape } = backend.tensorMap.get(dataId)
  const floats = convert(backend, { dataId, shape, dtype: 'float32' }, TYPES.float32)
  const values = backend.readSync(floats.dataId)
  floats.dispose()
  return values
}
