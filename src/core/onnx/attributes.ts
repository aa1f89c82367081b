import { NNOptError } from '../../shared/errors'
import type { AttributeValue, Attributes } from '../graph/graph'
import { attributeTypes, toInt } from './proto'
import type { AttributeProto } from './proto'
import { readTensor, writeTensor } from './tensors'

/** Attributes that ONNX declares as floats; every other number is an integer. */
const floatAttributes: ReadonlySet<string> = new Set([
  'alpha',
  'beta',
  'gamma',
  'bias',
  'epsilon',
  'momentum',
  'ratio',
  'min',
  'max',
  'value_float',
  'lambd',
  'cubic_coeff_a',
  'extrapolation_value',
])
const floatListAttributes: ReadonlySet<string> = new Set(['value_floats', 'scales'])

/** `node` is named in errors, as "name (Operator)". */
export function readAttributes(
  protos: readonly AttributeProto[],
  fileName: string,
  node: { readonly name: string; readonly op: string },
): Attributes {
  return Object.fromEntries(protos.map((proto) => [proto.name, readAttribute(proto, fileName, node)]))
}

function readAttribute(
  proto: AttributeProto,
  fileName: string,
  node: { readonly name: string; readonly op: string },
): AttributeValue {
  switch (proto.type ?? inferredType(proto)) {
    case attributeTypes.float:
      return proto.f ?? 0
    case attributeTypes.int:
      return toInt(proto.i)
    case attributeTypes.string:
      return new TextDecoder().decode(proto.s ?? new Uint8Array())
    case attributeTypes.tensor:
      return readTensor(proto.t ?? {}, fileName)
    case attributeTypes.floats:
      return proto.floats ?? []
    case attributeTypes.ints:
      return (proto.ints ?? []).map(toInt)
    case attributeTypes.strings:
      return (proto.strings ?? []).map((bytes) => new TextDecoder().decode(bytes))
    default:
      throw new NNOptError(
        'unsupported',
        `'${fileName}': node '${node.name}' (${node.op}): attribute '${proto.name}' contains a graph or an unsupported type; export the model without control flow`,
        { node: node.name, op: node.op },
      )
  }
}

/** Old exporters leave the type out. */
function inferredType(proto: AttributeProto): number {
  if (proto.t) return attributeTypes.tensor
  if (proto.s) return attributeTypes.string
  if (proto.ints?.length) return attributeTypes.ints
  if (proto.floats?.length) return attributeTypes.floats
  return proto.f !== undefined ? attributeTypes.float : attributeTypes.int
}

export const writeAttributes = (attributes: Attributes): readonly AttributeProto[] =>
  Object.keys(attributes)
    .sort()
    .map((name) => writeAttribute(name, attributes[name]!))

function writeAttribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: attributeTypes.string }
  if (typeof value === 'number') {
    return floatAttributes.has(name)
      ? { name, f: value, type: attributeTypes.float }
      : { name, i: value, type: attributeTypes.int }
  }
  if ('dtype' in value) return { name, t: writeTensor('', value), type: attributeTypes.tensor }
  if (floatListAttributes.has(name)) return { name, floats: value as readonly number[], type: attributeTypes.floats }
  if (typeof value[0] === 'string')
    return {
      name,
      strings: (value as readonly string[]).map((text) => new TextEncoder().encode(text)),
      type: attributeTypes.strings,
    }
  return { name, ints: value as readonly number[], type: attributeTypes.ints }
}
