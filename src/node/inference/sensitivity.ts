import type { Graph, Node } from '../../core/graph/graph'
import { classOutput } from '../../core/graph/graph'
import { inferShapes } from '../../core/passes/inferShapes'
import { partOf, segments } from '../../core/graph/segments'
import type { Segment } from '../../core/graph/segments'
import { createErrorMeter } from '../../core/quantize/analysis/errorMeter'
import type { ErrorMeter } from '../../core/quantize/analysis/errorMeter'
import { simulated } from '../../core/deploy/simulate'
import type { InferenceThread } from './inferenceWorker'
import type { ImageBatch } from './messages'
import { runPart } from './runPart'

/** Inputs of every segment of a network, so that after a change in a layer only the rest has to be recomputed. */
export interface Trail {
  readonly graph: Graph
  readonly inputs: ReadonlyMap<string, readonly ImageBatch[]>
  readonly scores: readonly Float32Array[]
}

const session = 0

const ends = (graph: Graph): readonly Segment[] => segments(graph, () => true)

/** Runs a network once and keeps the values between segments. A graph with quantization parameters is simulated. */
export async function trailOf(thread: InferenceThread, graph: Graph, images: readonly ImageBatch[]): Promise<Trail> {
  const [output, names] = [classOutput(graph).name, ends(graph).map(({ output: name }) => name)]
  const inputs = new Map<string, ImageBatch[]>([
    [graph.inputs[0]!.name, [...images]],
    ...names.map((name) => [name, []] as [string, ImageBatch[]]),
  ])
  await runPart(thread, session, runnable(graph, names), names, images, 'disabled', (outputs) => {
    for (const name of names) inputs.get(name)?.push({ images: outputs[name]!.data, shape: outputs[name]!.shape })
  })
  return { graph, inputs, scores: (inputs.get(output) ?? []).map(({ images: scores }) => scores) }
}

/** With outputs that are read; the float network is not modified. */
function runnable(graph: Graph, names: readonly string[]): Graph {
  const whole: Segment = { input: graph.inputs[0]!.name, output: classOutput(graph).name, nodes: graph.nodes }
  const part = partOf(graph, whole, names, inferShapes(graph, 1).get(whole.input) ?? [])
  return simulated(part)
}

/** Scores of a variant that differs from the recorded network in `node`'s segment or later. */
export async function followed(
  thread: InferenceThread,
  trail: Trail,
  variant: Graph,
  node: Node,
): Promise<readonly Float32Array[]> {
  const list = ends(trail.graph)
  const at = list.findIndex(({ nodes }) => nodes.some(({ name }) => name === node.name))
  const [{ input }, output] = [list[at]!, classOutput(trail.graph).name]
  const rest: Segment = { input, output, nodes: list.slice(at).flatMap(({ nodes }) => nodes) }
  const scores: Float32Array[] = []
  const shape = inferShapes(trail.graph, 1).get(input) ?? []
  await runPart(
    thread,
    session,
    simulated(partOf(variant, rest, [output], shape)),
    [output],
    trail.inputs.get(input) ?? [],
    'disabled',
    (outputs) => scores.push(outputs[output]!.data),
  )
  return scores
}

/** Errors of some values in variants of a network relative to the original, one pass each. */
export async function errorsOf(
  thread: InferenceThread,
  float: Graph,
  variants: readonly Graph[],
  values: readonly string[],
  images: readonly ImageBatch[],
): Promise<readonly ReadonlyMap<string, ErrorMeter>[]> {
  const meters = variants.map(() => new Map(values.map((value) => [value, createErrorMeter()])))
  for (const batch of images) {
    const reference = new Map<string, Float32Array>()
    await runPart(thread, session, runnable(float, values), values, [batch], 'disabled', (outputs) =>
      values.forEach((value) => reference.set(value, outputs[value]!.data)),
    )
    for (const [index, variant] of variants.entries()) {
      await runPart(thread, session, runnable(variant, values), values, [batch], 'disabled', (outputs) =>
        values.forEach((value) =>
          meters[index]!.get(value)?.add(reference.get(value) ?? new Float32Array(0), outputs[value]!.data),
        ),
      )
    }
  }
  return meters
}
