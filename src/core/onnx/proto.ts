import { Root } from 'protobufjs/light'
import type { Type } from 'protobufjs/light'

type Field = readonly [id: number, type: string, repeated?: 'repeated']

const message = (
  fields: Readonly<Record<string, Field>>,
): { readonly fields: Record<string, { id: number; type: string; rule?: string; options?: { packed: boolean } }> } => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type, rule]]) => [
      name,
      { id, type, ...(rule && { rule, options: { packed: isPacked(type) } }) },
    ]),
  ),
})

const isPacked = (type: string): boolean => ['float', 'double', 'int32', 'int64', 'uint64'].includes(type)

/** The messages of onnx.proto3 (ONNX IR specification, version 8) that a model without training information uses. */
const root = Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: message({
          irVersion: [1, 'int64'],
          producerName: [2, 'string'],
          producerVersion: [3, 'string'],
          domain: [4, 'string'],
          modelVersion: [5, 'int64'],
          docString: [6, 'string'],
          graph: [7, 'GraphProto'],
          opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
          metadataProps: [14, 'StringStringEntryProto', 'repeated'],
          functions: [25, 'FunctionProto', 'repeated'],
        }),
        OperatorSetIdProto: message({ domain: [1, 'string'], version: [2, 'int64'] }),
        StringStringEntryProto: message({ key: [1, 'string'], value: [2, 'string'] }),
        FunctionProto: message({
          name: [1, 'string'],
          input: [4, 'string', 'repeated'],
          output: [5, 'string', 'repeated'],
          attribute: [6, 'string', 'repeated'],
          node: [7, 'NodeProto', 'repeated'],
          opsetImport: [9, 'OperatorSetIdProto', 'repeated'],
          domain: [10, 'string'],
          attributeProto: [11, 'AttributeProto', 'repeated'],
        }),
        GraphProto: message({
          node: [1, 'NodeProto', 'repeated'],
          name: [2, 'string'],
          initializer: [5, 'TensorProto', 'repeated'],
          docString: [10, 'string'],
          input: [11, 'ValueInfoProto', 'repeated'],
          output: [12, 'ValueInfoProto', 'repeated'],
          valueInfo: [13, 'ValueInfoProto', 'repeated'],
        }),
        NodeProto: message({
          input: [1, 'string', 'repeated'],
          output: [2, 'string', 'repeated'],
          name: [3, 'string'],
          opType: [4, 'string'],
          attribute: [5, 'AttributeProto', 'repeated'],
          docString: [6, 'string'],
          domain: [7, 'string'],
        }),
        AttributeProto: message({
          name: [1, 'string'],
          f: [2, 'float'],
          i: [3, 'int64'],
          s: [4, 'bytes'],
          t: [5, 'TensorProto'],
          g: [6, 'GraphProto'],
          floats: [7, 'float', 'repeated'],
          ints: [8, 'int64', 'repeated'],
          strings: [9, 'bytes', 'repeated'],
          type: [20, 'int32'],
          refAttrName: [21, 'string'],
        }),
        ValueInfoProto: message({ name: [1, 'string'], type: [2, 'TypeProto'] }),
        TypeProto: message({ tensorType: [1, 'TensorTypeProto'] }),
        TensorTypeProto: message({ elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] }),
        TensorShapeProto: message({ dim: [1, 'DimensionProto', 'repeated'] }),
        DimensionProto: message({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
        TensorProto: message({
          dims: [1, 'int64', 'repeated'],
          dataType: [2, 'int32'],
          floatData: [4, 'float', 'repeated'],
          int32Data: [5, 'int32', 'repeated'],
          stringData: [6, 'bytes', 'repeated'],
          int64Data: [7, 'int64', 'repeated'],
          name: [8, 'string'],
          rawData: [9, 'bytes'],
          doubleData: [10, 'double', 'repeated'],
          uint64Data: [11, 'uint64', 'repeated'],
          externalData: [13, 'StringStringEntryProto', 'repeated'],
          dataLocation: [14, 'int32'],
        }),
      },
    },
  },
})

export const modelType: Type = root.lookupType('onnx.ModelProto')

/** Integers come as numbers or as Long objects, by their size. */
export type Int = number | { toNumber(): number }

export interface TensorProto {
  readonly dims?: readonly Int[]
  readonly dataType?: number
  readonly floatData?: readonly number[]
  readonly int32Data?: readonly number[]
  readonly int64Data?: readonly Int[]
  readonly doubleData?: readonly number[]
  readonly uint64Data?: readonly Int[]
  readonly name?: string
  readonly rawData?: Uint8Array
  readonly externalData?: readonly EntryProto[]
  readonly dataLocation?: number
}

export interface EntryProto {
  readonly key: string
  readonly value: string
}

export interface AttributeProto {
  readonly name: string
  readonly f?: number
  readonly i?: Int
  readonly s?: Uint8Array
  readonly t?: TensorProto
  readonly g?: GraphProto
  readonly floats?: readonly number[]
  readonly ints?: readonly Int[]
  readonly strings?: readonly Uint8Array[]
  readonly type?: number
  readonly refAttrName?: string
}

export interface NodeProto {
  readonly input?: readonly string[]
  readonly output?: readonly string[]
  readonly name?: string
  readonly opType?: string
  readonly attribute?: readonly AttributeProto[]
  readonly domain?: string
}

export interface ValueInfoProto {
  readonly name: string
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number
      readonly shape?: { readonly dim?: readonly { readonly dimValue?: Int; readonly dimParam?: string }[] }
    }
  }
}

export interface GraphProto {
  readonly node?: readonly NodeProto[]
  readonly name?: string
  readonly initializer?: readonly TensorProto[]
  readonly input?: readonly ValueInfoProto[]
  readonly output?: readonly ValueInfoProto[]
}

export interface FunctionProto {
  readonly name: string
  readonly domain?: string
  readonly input?: readonly string[]
  readonly output?: readonly string[]
  readonly attribute?: readonly string[]
  readonly attributeProto?: readonly AttributeProto[]
  readonly node?: readonly NodeProto[]
}

export interface ModelProto {
  readonly irVersion?: Int
  readonly producerName?: string
  readonly producerVersion?: string
  readonly graph?: GraphProto
  readonly opsetImport?: readonly { readonly domain?: string; readonly version?: Int }[]
  readonly metadataProps?: readonly EntryProto[]
  readonly functions?: readonly FunctionProto[]
}

export const toInt = (value: Int | undefined): number =>
  value === undefined ? 0 : typeof value === 'number' ? value : value.toNumber()

/** AttributeProto.type. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const
