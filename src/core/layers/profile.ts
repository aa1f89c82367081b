import { median } from '../measure/latency'
import type { Layer } from '../../shared/types'

/** One kernel that ran, as onnxruntime's profile tells of it. */
export interface KernelRun {
  /** Name of the node of the optimized graph. */
  readonly node: string
  readonly op: string
  readonly ms: number
}

export interface TimedLayer {
  readonly name: string
  readonly ms: number
  /** Operator that really ran. */
  readonly kernel: string
}

/** What onnxruntime's transformations hang on to names of nodes and values. */
const endings = /(_kernel_time|_nchwc|_quant|_token_\d+|_fused|\/fused)$/

/** The names that a kernel may go by in the network that was given. */
function candidates(node: string): readonly string[] {
  const names = [node]
  for (let name = node; endings.test(name);) names.push((name = name.replace(endings, '')))
  return names
}

/**
 * Times of layers: fused kernels are named after the first node that they replace or after the value that they give. `runs` has the kernels of each run.
 * Kernels that belong to no layer (conversions, reorderings) are summed up beside.
 */
export function timesOfLayers(
  layers: readonly Pick<Layer, 'name' | 'nodes' | 'output'>[],
  outputsOf: (node: string) => readonly string[],
  runs: readonly (readonly KernelRun[])[],
): { readonly layers: readonly TimedLayer[]; readonly otherMs: number } {
  const owner = new Map<string, string>()
  for (const { name, nodes, output } of layers)
    for (const known of [output, ...nodes, ...nodes.flatMap(outputsOf)]) owner.set(known, name)
  const layerOf = (node: string): string | undefined => candidates(node).flatMap((name) => owner.get(name) ?? [])[0]
  const times = new Map<string, number[]>()
  const kernels = new Map<string, string>()
  const others = runs.map((kernelRuns, run) => {
    let other = 0
    for (const { node, op, ms } of kernelRuns) {
      const layer = layerOf(node)
      if (layer === undefined) other += ms
      else {
        const list = times.get(layer) ?? runs.map(() => 0)
        list[run]! += ms
        times.set(layer, list)
        kernels.set(layer, op)
      }
    }
    return other
  })
  return {
    layers: [...times].map(([name, list]) => ({ name, ms: median(list), kernel: kernels.get(name) ?? '' })),
    otherMs: runs.length > 0 ? median(others) : 0,
  }
}

/** Times by kernel, median over the runs, the longest first. */
export function timesOfOperators(
  runs: readonly (readonly KernelRun[])[],
): readonly { readonly op: string; readonly calls: number; readonly ms: number }[] {
  const names = [...new Set(runs.flat().map(({ op }) => op))]
  const sumOf = (run: readonly KernelRun[], name: string): number =>
    run.reduce((sum, { op, ms }) => sum + (op === name ? ms : 0), 0)
  return names
    .map((op) => ({
      op,
      calls: runs[0]!.filter((kernel) => kernel.op === op).length,
      ms: median(runs.map((run) => sumOf(run, op))),
    }))
    .sort((a, b) => b.ms - a.ms)
}
