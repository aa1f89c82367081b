import { NNOptError } from '../../shared/errors'
import { modelType, toInt } from './proto'
import type { GraphProto, ModelProto } from './proto'

export interface DecodedModel {
  readonly model: ModelProto
  readonly graph: GraphProto
  readonly opset: number
}

const supportedOpsets = { oldest: 9, newest: 21 } as const

/** ir_version is the first field that every exporter writes. */
const firstByte = 0x08

/** The protobuf message of a model file. Throws `badInput` when it is not ONNX or cut short, `unsupported` for an opset out of range. */
export function decodeModel(bytes: Uint8Array, fileName: string): DecodedModel {
  if (bytes.length === 0) throw new NNOptError('badInput', `'${fileName}' is empty: expected an ONNX model`)
  const model = decode(bytes, fileName)
  if (!model.graph || !model.opsetImport?.length) {
    throw new NNOptError(
      'badInput',
      `'${fileName}' is not an ONNX model: expected a graph and an operator set, got ${model.graph ? 'no operator set' : 'no graph'}`,
    )
  }
  const opset = toInt(model.opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version)
  if (opset < supportedOpsets.oldest || opset > supportedOpsets.newest) {
    throw new NNOptError(
      'unsupported',
      `'${fileName}' uses opset ${opset}: expected ${supportedOpsets.oldest} to ${supportedOpsets.newest}; export the model with another opset`,
      { opset },
    )
  }
  return { model, graph: model.graph, opset }
}

function decode(bytes: Uint8Array, fileName: string): ModelProto {
  try {
    return modelType.decode(bytes) as ModelProto
  } catch (cause) {
    const problem = bytes[0] === firstByte ? 'is truncated or damaged' : 'is not an ONNX model'
    throw new NNOptError(
      'badInput',
      `'${fileName}' ${problem}: expected an ONNX protobuf message, got ${bytes.length} bytes that do not decode`,
      { bytes: bytes.length },
      { cause },
    )
  }
}
