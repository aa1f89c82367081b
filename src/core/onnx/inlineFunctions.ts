import { NNOptError } from '../../shared/errors'
import type { AttributeProto, FunctionProto, NodeProto } from './proto'

/** How deep functions may call functions: exporters need two. */
const deepestCall = 16

/** Replaces calls of the model's own functions (the dynamo exporter writes some) by their bodies. */
export function inlineFunctions(
  nodes: readonly NodeProto[],
  functions: readonly FunctionProto[],
  fileName: string,
  depth = 0,
): readonly NodeProto[] {
  if (functions.length === 0) return nodes
  if (depth > deepestCall)
    throw new NNOptError('unsupported', `'${fileName}': its functions are nested more than ${deepestCall} deep`)
  return nodes.flatMap((node, index) => {
    const called = functions.find(
      (candidate) => candidate.name === node.opType && (candidate.domain ?? '') === (node.domain ?? ''),
    )
    return called
      ? inlineFunctions(
          bodyOf(called, node, `${node.name || `${node.opType}_${index}`}/`),
          functions,
          fileName,
          depth + 1,
        )
      : [node]
  })
}

function bodyOf(called: FunctionProto, call: NodeProto, prefix: string): readonly NodeProto[] {
  const outer = new Map<string, string>([
    ...(called.input ?? []).map((name, index) => [name, call.input?.[index] ?? ''] as const),
    ...(called.output ?? []).map((name, index) => [name, call.output?.[index] ?? `${prefix}${name}`] as const),
  ])
  const rename = (name: string): string => (name === '' ? '' : (outer.get(name) ?? `${prefix}${name}`))
  const given = new Map(
    [...(called.attributeProto ?? []), ...(call.attribute ?? [])].map((attribute) => [attribute.name, attribute]),
  )
  return (called.node ?? []).map((node) => ({
    ...node,
    name: `${prefix}${node.name ?? ''}`,
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: (node.attribute ?? []).flatMap((attribute) => resolve(attribute, given)),
  }))
}

/** An attribute that refers to one of the call takes its value, or falls away when the call leaves it out. */
function resolve(attribute: AttributeProto, given: ReadonlyMap<string, AttributeProto>): readonly AttributeProto[] {
  if (!attribute.refAttrName) return [attribute]
  const value = given.get(attribute.refAttrName)
  return value ? [{ ...value, name: attribute.name }] : []
}
