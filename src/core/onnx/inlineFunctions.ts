import { NNOptError } from '../../shared/errors'
import type { AttributeProto, FunctionProto, NodeProto } from './proto'

/** How deep functions may call functions: exporters need two. */
const deepestCall = 16

/** Most nodes after inlining: functions that call functions twice each grow by powers of two. */
const mostNodes = 200_000

/**
 * Replaces calls of the model's own functions (the dynamo exporter writes some) by their bodies. Throws `unsupported`
 * when calls are nested more than 16 deep (functions that call themselves, too) or expand to more than 200,000 nodes.
 */
export function inlineFunctions(
  nodes: readonly NodeProto[],
  functions: readonly FunctionProto[],
  fileName: string,
): readonly NodeProto[] {
  if (functions.length === 0) return nodes
  const byCall = new Map(functions.map((each) => [callOf(each.domain, each.name), each]))
  const inlined: NodeProto[] = []
  const inline = (list: readonly NodeProto[], depth: number): void => {
    if (depth > deepestCall)
      throw new NNOptError('unsupported', `'${fileName}': its functions are nested more than ${deepestCall} deep`)
    for (const [index, node] of list.entries()) {
      const called = byCall.get(callOf(node.domain, node.opType))
      if (called) inline(bodyOf(called, node, `${node.name || `${node.opType}_${index}`}/`), depth + 1)
      else if (inlined.push(node) > mostNodes)
        throw new NNOptError('unsupported', `'${fileName}': its functions expand to more than ${mostNodes} nodes`)
    }
  }
  inline(nodes, 0)
  return inlined
}

const callOf = (domain: string | undefined, name: string | undefined): string => `${domain ?? ''}:${name ?? ''}`

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
