import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/data/random'
import { parameterUses, withParameters } from '../../src/core/execute/parameters'
import type { Graph } from '../../src/core/graph/graph'
import { outputAxis } from '../../src/core/ops/nodeFacts'
import { floatTensor, sizeOf } from '../../src/core/graph/tensorData'
import { macs } from '../../src/core/measure/macs'
import { parameterStatistics } from '../../src/core/measure/parameterStatistics'
import { readOnnx, writeOnnx } from '../../src/core/onnx'
import { cut, zeroed } from '../../src/core/prune/cut'
import { dependencyGraph } from '../../src/core/prune/dependencyGraph'
import type { DependencyGraph, Group } from '../../src/core/prune/dependencyGraph'
import { gatherShuffles } from '../../src/core/prune/gatherShuffles'
import { importances } from '../../src/core/prune/importances/index'
import { weightLayers } from '../../src/core/prune/layers'
import { unitScores } from '../../src/core/prune/scores'
import { chooseUnits } from '../../src/core/prune/structured'
import { relativeError, runtimeLogits } from './onnxRun'

/** Made by scripts/pruning.py with Torch-Pruning. */
interface Counts {
  readonly params: number
  readonly macs: number
  readonly torchPruning: { readonly params: number }
}

interface GoldenModel extends Counts {
  readonly weightBytes: number
  /** Parameters and axes that lose channels together. */
  readonly groups: readonly (readonly string[])[]
  readonly pruned: (Counts & { readonly weights: Readonly<Record<string, readonly number[]>> }) | null
}

interface Golden {
  readonly size: number
  readonly ratio: number
  readonly models: Readonly<Record<string, GoldenModel>>
}

const folder = join(import.meta.dirname, 'pruning')
const golden = JSON.parse(readFileSync(join(folder, 'pruning.json'), 'utf8')) as Golden
const names = Object.keys(golden.models)

/** The exported structure with weights of our own: variances positive, the rest small. */
function network(name: string): Graph {
  const bytes = gunzipSync(readFileSync(join(folder, `${name}.onnx.gz`)))
  const graph = readOnnx(bytes, {
    fileName: name,
    externalData: () => new Uint8Array(golden.models[name]!.weightBytes),
  })
  const random = createRandom(1)
  return withParameters(
    graph,
    new Map(
      [...parameterUses(graph)].map(([parameter, { role }]) => {
        const { shape } = graph.initializers.get(parameter) ?? { shape: [] }
        const spread = role === 'weight' ? Math.sqrt(2 / sizeOf(shape.slice(1))) : 0.2
        const values = Float32Array.from({ length: sizeOf(shape) }, () =>
          role === 'variance' || role === 'scale' ? 0.5 + random.uniform() : random.normal() * spread,
        )
        return [parameter, floatTensor(shape, values)]
      }),
    ),
  )
}

/** 'features.0.0.weight:0' for every weight and normalization scale that a group indexes. */
function membersOf(dependencies: DependencyGraph, group: Group): readonly string[] {
  const units = new Set(group.units.map(({ id }) => id))
  const roles = parameterUses(dependencies.graph)
  const counted = (name: string): boolean => ['weight', 'scale'].includes(roles.get(name)?.role ?? '')
  return [...dependencies.bindings]
    .flatMap(([name, axes]) =>
      [...axes].flatMap(([axis, ids]) =>
        counted(name) && ids.some((id) => units.has(dependencies.unitOf(id))) ? [`${name}:${axis}`] : [],
      ),
    )
    .sort()
}

const openGroups = ({ groups }: DependencyGraph): readonly Group[] =>
  groups.filter(({ blocked }) => blocked === undefined)

const weightShapes = (graph: Graph): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(weightLayers(graph).map(({ name, weight }) => [name, weight.shape]))

/** Half of the channels of every group, by L1. */
function halved(graph: Graph): Graph {
  const dependencies = dependencyGraph(gatherShuffles(graph))
  const scores = unitScores(dependencies, importances.get('l1'), 0)
  const pruningRatio = Object.fromEntries(openGroups(dependencies).map(({ name }) => [name, golden.ratio]))
  const choice = chooseUnits(dependencies, scores, {
    scope: 'local',
    protect: [],
    roundTo: 1,
    minChannels: 1,
    pruningRatio,
  })
  return cut(dependencies, choice.removed)
}

/** The network with filters, biases, scales and shifts of the removed channels at zero; what reads them stays. */
function silenced(dependencies: DependencyGraph, removed: ReadonlySet<number>): Graph {
  const all = zeroed(dependencies, removed)
  const initializers = new Map(all.initializers)
  for (const node of dependencies.graph.nodes) {
    const axis = outputAxis(node)
    const original = dependencies.graph.initializers.get(node.inputs[1] ?? '')
    const ids = axis === undefined ? undefined : dependencies.bindings.get(node.inputs[1]!)?.get(axis)
    if (axis === undefined || !original || !ids) continue
    const inner = sizeOf(original.shape.slice(axis + 1))
    initializers.set(
      node.inputs[1]!,
      floatTensor(
        original.shape,
        Float32Array.from(original.data, (value, index) =>
          removed.has(dependencies.unitOf(ids[Math.floor(index / inner) % original.shape[axis]!]!)) ? 0 : value,
        ),
      ),
    )
  }
  return { ...all, initializers }
}

describe.each(names)('%s against Torch-Pruning', (name) => {
  const expected = golden.models[name]!

  it('has as many parameters and operations', () => {
    const graph = network(name)
    expect(parameterStatistics(graph).totalParams).toBe(expected.params)
    expect(macs(graph)).toBe(expected.macs)
  })

  it('has the same groups', () => {
    const dependencies = dependencyGraph(gatherShuffles(network(name)))
    const own = openGroups(dependencies).map((group) => membersOf(dependencies, group))
    const known = new Set(own.map((members) => members.join()))
    for (const members of expected.groups) {
      const missing = `no group is ${members.join(', ')}; nearest: ${own.find((each) => each.includes(members[0]!))?.join(', ') ?? 'none'}`
      expect(known.has(members.toSorted().join()), missing).toBe(true)
    }
    if (expected.pruned) expect(own).toHaveLength(expected.groups.length)
  })

  it.skipIf(!expected.pruned)('has the same shapes and counts with half of the channels', () => {
    const graph = halved(network(name))
    expect(weightShapes(graph)).toEqual(expected.pruned?.weights)
    expect(parameterStatistics(graph).totalParams).toBe(expected.pruned?.params)
    expect(macs(graph)).toBe(expected.pruned?.macs)
  })

  it('computes what the whole network does with the same channels at zero', { timeout: 240_000 }, async () => {
    const dependencies = dependencyGraph(gatherShuffles(network(name)))
    const random = createRandom(2)
    const removed = new Set(
      openGroups(dependencies).flatMap(({ units }) =>
        units.filter((_, index) => index > 0 && random.uniform() < 0.4).map(({ id }) => id),
      ),
    )
    const images = {
      shape: [2, 3, golden.size, golden.size],
      data: Float32Array.from({ length: 2 * 3 * golden.size ** 2 }, () => random.normal()),
    }
    const original = network(name)
    // The network as it was exported, shuffles and all.
    const whole = withParameters(
      original,
      new Map(
        [...silenced(dependencies, removed).initializers].filter(([parameter]) =>
          parameterUses(original).has(parameter),
        ),
      ),
    )
    const smaller = cut(dependencies, removed)
    expect(macs(smaller)).toBeLessThan(macs(dependencies.graph))
    const logits = await runtimeLogits(writeOnnx(smaller), images)
    expect(Math.max(...logits.map(Math.abs))).toBeGreaterThan(1e-3)
    expect(relativeError(logits, await runtimeLogits(writeOnnx(whole), images))).toBeLessThan(1e-4)
  })
})
