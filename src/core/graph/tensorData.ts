import { NNOptError } from '../../shared/errors'

/** Element types of the IR. int64 is held in a Float64Array: ONNX uses it for shapes and axes, which are exact below 2^53. */
export const dataTypes = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  int64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const

export type DataType = keyof typeof dataTypes
export type TypedArray =
  Float32Array | Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array

/** A constant tensor: row-major, in ONNX's axis order. */
export interface TensorData {
  readonly dtype: DataType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

/** A tensor over existing numbers; throws when their count does not fill the shape. */
export function tensorData(dtype: DataType, shape: readonly number[], values: ArrayLike<number>): TensorData {
  if (values.length !== sizeOf(shape)) {
    throw new NNOptError(
      'internal',
      `tensor [${shape.join(', ')}]: expected ${sizeOf(shape)} values, got ${values.length}`,
    )
  }
  const ArrayType = dataTypes[dtype]
  return { dtype, shape, data: values instanceof ArrayType ? values : ArrayType.from(values) }
}

export const floatTensor = (shape: readonly number[], values: ArrayLike<number>): TensorData =>
  tensorData('float32', shape, values)

export const intTensor = (values: readonly number[]): TensorData => tensorData('int64', [values.length], values)

export const isFloat = (dtype: DataType): boolean => dtype === 'float32' || dtype === 'float16' || dtype === 'float64'

/** Permutes the axes: `result.shape[i] = tensor.shape[permutation[i]]`, as numpy's transpose. */
export function transpose(tensor: TensorData, permutation: readonly number[]): TensorData {
  const shape = permutation.map((axis) => tensor.shape[axis]!)
  const strides = rowMajorStrides(tensor.shape)
  const stepOf = permutation.map((axis) => strides[axis])
  const data = new dataTypes[tensor.dtype](tensor.data.length)
  const index = new Array<number>(shape.length).fill(0)
  let source = 0
  for (let target = 0; target < data.length; target++) {
    data[target] = tensor.data[source]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += stepOf[axis]!
      if (++index[axis]! < shape[axis]!) break
      source -= stepOf[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return { dtype: tensor.dtype, shape, data }
}

export function rowMajorStrides(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!
  return strides
}
