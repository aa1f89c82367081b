import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../src/core/graph/tensorData'
import { macs, macsOfSizes } from '../../src/core/measure/macs'
import { parametersOfSizes, parameterStatistics } from '../../src/core/measure/parameterStatistics'
import { architectures } from '../../src/core/architectures/index'
import { cut } from '../../src/core/prune/cut'
import { cutSizes, sized } from '../../src/core/prune/cutSizes'
import { dependencyGraph } from '../../src/core/prune/dependencyGraph'

describe('the sizes that a cut would leave', () => {
  it.each(architectures.ids)('are those of the cut graph: %s', (id) => {
    const dependencies = dependencyGraph(architectures.get(id).build({ classes: 10, size: 32 }, 1))
    for (const share of [0, 0.25, 0.6]) {
      const open = dependencies.groups.filter(({ blocked }) => blocked === undefined)
      expect(open.length).toBeGreaterThan(0)
      const removed = new Set(
        open.flatMap(({ units }) => units.slice(0, Math.floor(units.length * share)).map((unit) => unit.id)),
      )
      const graph = cut(dependencies, removed)
      const [sizes, exact] = [cutSizes(dependencies, removed), sized(graph)]
      expect(macsOfSizes(sizes)).toBe(macs(graph))
      expect(parametersOfSizes(sizes)).toBe(parameterStatistics(graph).totalParams)
      for (const value of graph.nodes.map(({ outputs }) => outputs[0]!))
        expect(sizeOf(sizes.shapes.get(value) ?? []), value).toBe(sizeOf(exact.shapes.get(value) ?? []))
    }
  })
})
