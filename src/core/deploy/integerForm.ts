import type { Graph } from '../graph/graph'
import { floatTensor, tensorData } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'
import { isConvolution } from '../ops/nodeFacts'
import { cutProducts, riskyPairs } from './cutProducts'
import type { RiskyPair } from './cutProducts'
import { createDraft } from './draft'
import type { Draft } from './draft'
import { integerLayers } from './integerLayers'
import type { IntegerLayer } from './integerLayers'
import { joinPieces } from './qdqPieces'

export interface IntegerForm {
  readonly graph: Graph
  /** Pairs of weights whose products can leave 16 bits, in all layers. */
  readonly pairs: number
}

/**
 * A QDQ graph whose layers multiply and add their integers in float32, which holds every sum below 2²⁴ exactly, and round as the runtime does: what the file
 * computes on a CPU whose integer products are exact or, with `saturates`, on one that cuts two of them to 16 bits. It runs anywhere. Other operators stay
 * as they are. Undefined where the graph is not of the usual form.
 */
export function integerForm(graph: Graph, { saturates }: { readonly saturates: boolean }): IntegerForm | undefined {
  const found = integerLayers(graph)
  if (!found) return undefined
  const risky = found.layers.map((layer) => riskyPairs(found.shadow.graph, layer))
  const pieces = found.layers.map((layer, index) => integerSums(layer, saturates ? risky[index]! : []))
  const inPlaceOf = new Map(found.layers.map(({ node }, index) => [node, pieces[index]!.nodes]))
  const replaced = new Set(
    found.layers.flatMap(({ rounding }) => (rounding ? [rounding.clamp, rounding.quantize] : [])),
  )
  const { initializers } = joinPieces(pieces)
  return {
    graph: {
      ...graph,
      nodes: graph.nodes.filter((node) => !replaced.has(node)).flatMap((node) => inPlaceOf.get(node) ?? [node]),
      initializers: new Map([...graph.initializers, ...initializers]),
    },
    pairs: risky.reduce((sum, { length }) => sum + length, 0),
  }
}

function integerSums(layer: IntegerLayer, pairs: readonly RiskyPair[]): Draft {
  const { node, source } = layer
  const draft = createDraft(`${node.name}/integers`)
  const one = draft.put('one', floatTensor([], [1]))
  // With scale 1 the integers themselves, less their zero point.
  const integers = draft.add('inputs', 'DequantizeLinear', [source.inputs[0]!, one, ...source.inputs.slice(2)])
  const sums = exactSums(draft, layer, integers)
  const kept = pairs.length === 0 ? sums : draft.add('kept', 'Sub', [sums, cutProducts(draft, layer, pairs, integers)])
  // The sums are whole numbers. Rounding keeps the factor behind them from being multiplied into the weights, which would make them fractions.
  const whole = draft.add('whole', 'Round', [kept])
  roundOutput(draft, layer, whole, one)
  return draft
}

function exactSums(draft: Draft, { node, weight, weightZeros, bias }: IntegerLayer, integers: string): string {
  const zero = weightZeros[0] ?? 0
  const weights = draft.put(
    'weights',
    floatTensor(
      weight.shape,
      Float32Array.from(weight.data, (each) => each - zero),
    ),
  )
  const biases = bias ? [draft.put('bias', floatTensor(bias.shape, Float32Array.from(bias.data)))] : []
  return draft.add('sums', node.op, [integers, weights, ...biases], { attributes: node.attributes })
}

/** One factor an output turns sums into steps of the output's grid, in the order in which the runtime multiplies float32 scales. */
function roundOutput(draft: Draft, layer: IntegerLayer, sums: string, one: string): void {
  const { node, rounding, input, weightScales } = layer
  const factors = Float32Array.from(weightScales, (scale) => {
    const real = Math.fround(input.scale * scale)
    return rounding ? Math.fround(real / rounding.grid.scale) : real
  })
  const factor = draft.put('factor', channelTensor(layer, factors))
  if (!rounding) return void draft.add('real', 'Mul', [sums, factor], { output: node.outputs[0]! })
  const steps = draft.add('steps', 'Mul', [sums, factor])
  const { grid, quantize } = rounding
  const point = draft.put('point', tensorData(grid.lowest < 0 ? 'int8' : 'uint8', [], [grid.zeroPoint]))
  draft.add('outputs', 'QuantizeLinear', [steps, one, point], { output: quantize.outputs[0]! })
}

/** Numbers by output channel, in a shape that meets the layer's outputs. */
function channelTensor({ node, weight }: IntegerLayer, values: Float32Array): TensorData {
  const positions = isConvolution(node) ? weight.shape.slice(2).map(() => 1) : []
  return floatTensor(values.length === 1 ? [] : [values.length, ...positions], values)
}
