import type { DependencyGraph, Group } from './dependencyGraph'
import { weightLayers } from './layers'

/** Names of the weights' nodes whose output channels belong to each group, depthwise convolutions included, in graph order. */
export function layersOfGroups(dependencies: DependencyGraph): ReadonlyMap<Group, readonly string[]> {
  const names = new Map<Group, string[]>(dependencies.groups.map((group) => [group, []]))
  const groupOf = new Map(dependencies.groups.flatMap((group) => group.units.map(({ id }) => [id, group] as const)))
  for (const { name, node, outputAxis } of weightLayers(dependencies.graph)) {
    const channel = dependencies.bindings.get(name)?.get(outputAxis)?.[0]
    const group = channel === undefined ? undefined : groupOf.get(dependencies.unitOf(channel))
    if (group) names.get(group)?.push(node.name)
  }
  return names
}
